// A press is not drawn away: what is under a finger stays there until it is lifted, else the
// browser has no element to click.

const LONGEST_MS = 3000; // some lift outside the page, and nobody tells

let lifted = Promise.resolve();
let lift = () => {};

export function watchPresses() {
  const press = () => {
    lifted = new Promise((done) => {
      lift = done;
      setTimeout(done, LONGEST_MS);
    });
  };
  addEventListener("pointerdown", press, true);
  const end = () => setTimeout(lift); // the click comes first
  for (const way of ["pointerup", "pointercancel"]) addEventListener(way, end, true);
}

export const released = () => lifted;
