/** The worker that arranges texts on a map. It holds the library, and is loaded when a map is drawn. */
import { arrange, neighboursKept } from "./layout.js";
import { serve } from "./serve.js";

serve({
  arrange: (matrix, size, part) => {
    const spots = arrange(matrix, size, part);
    return { result: { ...spots, kept: neighboursKept(matrix, size, spots) } };
  },
});
