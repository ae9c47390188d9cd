// A press is not drawn away: what is under a finger stays there until it is lifted, else the
// browser has no element to click.

const LONGEST_MS = 3000; // some lift outside the page, and nobody tells

let lifted = Promise.resolve();

export function watchPresses() {
  const press = () => {
    lifted = new Promise((done) => {
      const soon = () => setTimeout(done); // the click comes first
      for (const end of ["pointerup", "pointercancel"]) addEventListener(end, soon, { once: true, capture: true });
      setTimeout(done, LONGEST_MS);
    });
  };
  addEventListener("pointerdown", press, true);
}

export const released = () => lifted;
