// A press is not drawn away: what is under a finger or has a key held on it stays there until it
// is let go, else the browser has no element to click.

const LONGEST_MS = 3000; // some let go outside the page, and nobody tells
const CLICK_MS = 100; // within which a click follows a finger

let lifted = Promise.resolve();
let lift = () => {};

const PRESSED = "button, summary, [type=checkbox], [type=radio]";

const isKey = (event) => event.key === " ";
const begins = (event) => event.type === "pointerdown" || (isKey(event) && !event.repeat && event.target.matches(PRESSED));

export function watchPresses() {
  const press = (event) => {
    if (!begins(event)) return;
    lift();
    lifted = new Promise((done) => {
      lift = done;
      setTimeout(done, LONGEST_MS);
    });
  };
  const end = (ms) => (event) => {
    if (event.type !== "keyup" || isKey(event)) setTimeout(lift, ms); // the click comes first
  };
  for (const way of ["pointerdown", "keydown"]) addEventListener(way, press, true);
  for (const way of ["pointerup", "pointercancel"]) addEventListener(way, end(CLICK_MS), true);
  for (const way of ["click", "keyup"]) addEventListener(way, end(0), true);
}

// Once nothing is pressed.
export async function released() {
  for (let seen = null; seen !== lifted; ) {
    seen = lifted;
    await seen;
  }
}
