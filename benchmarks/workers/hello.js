// The floor of Workers: nothing is read, nothing is called.
export default {
  fetch() {
    return new Response("hello");
  },
};
