/** The worker that compares texts: cosines, groups, sizes. */
import { analyse } from "../compute/analysis.js";
import { quality } from "../compute/quality.js";
import { compare } from "../compute/sizes.js";
import { serve } from "./serve.js";

serve({
  analyse: (rows, dimensions) => {
    const result = analyse(rows, dimensions);
    return { result, transfer: [result.matrix.buffer] };
  },
  quality: (prompted, plain, right) => ({ result: quality(prompted, plain, right) }),
  sizes: (rows) => ({ result: compare(rows) }),
});
