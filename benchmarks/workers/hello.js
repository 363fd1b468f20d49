// The lower limit for any Worker: it reads nothing and calls nothing.
export default {
  fetch() {
    return new Response("hello");
  },
};
