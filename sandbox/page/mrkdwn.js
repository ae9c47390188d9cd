// Slack's mark-up as elements; text goes in as text, never as HTML.

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

export const unescape = (text) => text.replace(/&(?:amp|lt|gt);/g, (found) => ENTITIES[found]);

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child != null));
  return made;
}

const FORMATS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

export function dateWords(timestamp, format, zone) {
  const moment = new Date(Number(timestamp) * 1000);
  return format.replace(/\{(\w+)\}/g, (whole, name) => {
    const known = { ...FORMATS[name.replace(/_pretty$/, "")] };
    if (name.startsWith("date_short") && moment.getFullYear() !== new Date().getFullYear()) known.year = "numeric";
    return name.replace(/_pretty$/, "") in FORMATS ? moment.toLocaleString("en-GB", { ...known, timeZone: zone, hour12: false }) : whole;
  });
}

// What stands between < and >.
function special(inner, world) {
  const [target, ...rest] = inner.split("|");
  const label = rest.join("|");
  if (inner.startsWith("!date^")) {
    const [, timestamp, format] = target.split("^");
    return document.createTextNode(dateWords(timestamp, format, world.me.tz));
  }
  if (/^@[UW]/.test(inner)) {
    const person = world.users.find((user) => user.id === target.slice(1));
    return element("span", { class: "mention" }, `@${person ? person.real_name : world.app.name}`);
  }
  if (/^#C/.test(inner)) {
    const place = world.channels.find((channel) => channel.id === target.slice(1));
    return element("span", { class: "mention" }, `#${place ? place.name : label || target.slice(1)}`);
  }
  if (inner.startsWith("!")) return element("span", { class: "ping" }, `@${target.slice(1)}`);
  return element("a", { href: target, target: "_blank", rel: "noopener" }, unescape(label || target));
}

const TOKEN = /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\s][^<>]*)>|(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?!\w)|(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)|(?<!\w)~(?=\S)([^~\n]+?)(?<=\S)~(?!\w)|\n/;

export function marked(text, world) {
  const made = document.createDocumentFragment();
  let rest = text;
  for (let found; (found = TOKEN.exec(rest)); rest = rest.slice(found.index + found[0].length)) {
    made.append(unescape(rest.slice(0, found.index)));
    const [whole, block, code, inner, bold, italic, struck] = found;
    if (whole === "\n") made.append(element("br"));
    else if (block) made.append(element("pre", {}, unescape(block)));
    else if (code) made.append(element("code", {}, unescape(code)));
    else if (inner) made.append(special(inner, world));
    else if (bold) made.append(element("strong", {}, marked(bold, world)));
    else if (italic) made.append(element("em", {}, marked(italic, world)));
    else made.append(element("s", {}, marked(struck, world)));
  }
  made.append(unescape(rest));
  return made;
}

export const plainWords = (text, world) => element("span", {}, marked(text, world)).textContent;

// A text object of Block Kit, marked or plain.
export function words(object, world) {
  if (!object) return "";
  return object.type === "mrkdwn" ? marked(object.text, world) : object.text;
}
