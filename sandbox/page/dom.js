// Elements made from words; text goes in as text, never as HTML.

const SVG = "http://www.w3.org/2000/svg";
let counted = 0;

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return made;
}

export const element = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

export const drawn = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

export const newId = (what) => `${what}-${++counted}`;

export const byId = (id) => document.getElementById(id);

// What a link or a button may open; anything else, such as javascript:, stays words.
export const safeUrl = (url) => (/^(https?:|mailto:|tel:)/i.test(url) ? url : null);

export const link = (url, ...children) =>
  safeUrl(url)
    ? element("a", { href: url, target: "_blank", rel: "noopener" }, children)
    : element("span", {}, children);

const SHAPES = {
  menu: "M4 6h16M4 12h16M4 18h16",
  cross: "M6 6l12 12M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  reply: "M20 14a3 3 0 0 1-3 3H9l-4 3v-3a2 2 0 0 1-1-2V7a3 3 0 0 1 3-3h10a3 3 0 0 1 3 3z",
  bolt: "M13 3L5 14h6l-1 7 8-11h-6z",
  send: "M4 12l16-8-6 17-3-7z",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5z",
  down: "M6 9l6 6 6-6",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  talk: "M4 5h16v11H9l-5 4z",
};

export const icon = (name) =>
  drawn(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 24 24", "aria-hidden": "true" },
    drawn("path", { d: SHAPES[name] }),
  );
