// Slack's mark-up as elements.
import { element, link } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { dateWords } from "./moments.js";
import { seen } from "./state.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const FENCED = /```\n?([\s\S]+?)```/;
const QUOTED = /^(?:&gt;|>) ?/;
const TOKEN =
  /`([^`\n]+)`|<([^<>\s][^<>]*)>|(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?!\w)|(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)|(?<!\w)~(?=\S)([^~\n]+?)(?<=\S)~(?!\w)|\n/;

const unescaped = (text) => text.replace(/&(?:amp|lt|gt);/g, (found) => ENTITIES[found]);
const plain = (text) => withEmoji(unescaped(text));

export const person = (id) => {
  const found = seen.world.users.find((user) => user.id === id);
  const isMe = id === seen.world.me.id;
  return element("span", { class: isMe ? "mention of-me" : "mention" }, `@${found ? found.real_name : seen.world.app.name}`);
};

export const place = (id, label) => {
  const found = seen.world.channels.find((channel) => channel.id === id);
  return element("span", { class: "mention" }, `#${found ? found.name : label || id}`);
};

export const everyone = (name) => element("span", { class: "mention of-me" }, `@${name}`);

// What stands between < and >.
function special(inner) {
  const [target, ...rest] = inner.split("|");
  const label = rest.join("|");
  if (target.startsWith("!date^")) {
    const [, timestamp, pattern, url] = target.split("^");
    const shown = element("time", {}, dateWords(timestamp, pattern));
    return url ? link(unescaped(url), shown) : shown;
  }
  if (/^@[UW]/.test(target)) return person(target.slice(1));
  if (/^#[CG]/.test(target)) return place(target.slice(1), label);
  if (target.startsWith("!subteam^")) return everyone(label.replace(/^@/, "") || "group");
  if (target.startsWith("!")) return everyone(target.slice(1));
  return link(unescaped(target), unescaped(label || target));
}

function inline(text) {
  const made = document.createDocumentFragment();
  let rest = text;
  for (let found; (found = TOKEN.exec(rest)); rest = rest.slice(found.index + found[0].length)) {
    made.append(plain(rest.slice(0, found.index)));
    const [whole, code, inner, bold, italic, struck] = found;
    if (whole === "\n") made.append(element("br"));
    else if (code) made.append(element("code", {}, unescaped(code)));
    else if (inner) made.append(special(inner));
    else if (bold) made.append(element("strong", {}, inline(bold)));
    else if (italic) made.append(element("em", {}, inline(italic)));
    else made.append(element("s", {}, inline(struck)));
  }
  made.append(plain(rest));
  return made;
}

// Lines, those that begin with > gathered in a quote.
function lines(text) {
  const made = document.createDocumentFragment();
  const runs = [];
  for (const line of text.split("\n")) {
    const isQuote = QUOTED.test(line);
    if (runs.at(-1)?.isQuote === isQuote) runs.at(-1).lines.push(line);
    else runs.push({ isQuote, lines: [line] });
  }
  runs.forEach((run, at) => {
    if (run.isQuote) {
      made.append(element("blockquote", {}, inline(run.lines.map((line) => line.replace(QUOTED, "")).join("\n"))));
      return;
    }
    if (at > 0 && !runs[at - 1].isQuote) made.append(element("br"));
    made.append(inline(run.lines.join("\n")));
  });
  return made;
}

export function marked(text) {
  const made = document.createDocumentFragment();
  let rest = text;
  for (let found; (found = FENCED.exec(rest)); rest = rest.slice(found.index + found[0].length).replace(/^\n/, "")) {
    const before = rest.slice(0, found.index).replace(/\n$/, "");
    if (before) made.append(lines(before));
    made.append(element("pre", {}, unescaped(found[1])));
  }
  if (rest) made.append(lines(rest));
  return made;
}

// What is read of it without its marks, line by line.
export function plainWords(text) {
  const made = element("span", {}, marked(text));
  for (const each of made.querySelectorAll("br")) each.replaceWith("\n");
  for (const each of made.querySelectorAll("blockquote, pre")) {
    each.before("\n");
    each.after("\n");
  }
  return made.textContent.trim();
}

// A text object of Block Kit, marked or plain.
export function words(object) {
  if (!object) return "";
  if (object.type === "mrkdwn") return marked(object.text);
  return object.emoji === false ? object.text : withEmoji(object.text);
}
