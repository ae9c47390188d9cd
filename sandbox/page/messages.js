// The messages of a channel or a thread, and what one can do with each.
import { blockItems, drawBlock } from "./blocks.js";
import { element, icon, link } from "./dom.js";
import { sharedFiles } from "./files.js";
import { keep } from "./keep.js";
import { menuButton } from "./menu.js";
import { clockWords, dayOf, dayWords } from "./moments.js";
import { marked, plainWords } from "./mrkdwn.js";
import { placeOf } from "./place.js";
import { act } from "./server.js";
import { seen } from "./state.js";

const TOGETHER_S = 5 * 60;
const HUES = 8;

const hue = (id) => [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % HUES;
const initials = (name) => name.split(/\s+/).map((word) => word[0]).slice(0, 2).join("");

export const avatar = ({ id, real_name: name }, isApp) =>
  element("div", { class: isApp ? "avatar of-app" : "avatar", "data-hue": hue(id), "aria-hidden": "true" }, isApp ? name[0] : initials(name));

function attachment(part, place) {
  const text = (name, tag = "p") => part[name] && element(tag, {}, marked(part[name]));
  const title = part.title && element("p", {}, element("strong", {}, part.title_link ? link(part.title_link, marked(part.title)) : marked(part.title)));
  const fields = (part.fields || []).map((each) => element("div", {}, element("strong", {}, each.title), element("p", {}, marked(each.value || ""))));
  const inside = part.blocks
    ? part.blocks.map((block) => drawBlock(block, place))
    : [text("pretext"), title, text("text"), fields.length ? element("div", { class: "fields" }, fields) : null, text("footer", "small")];
  const made = element("div", { class: "attachment" }, inside.some(Boolean) ? inside : text("fallback"));
  if (/^#?[0-9a-f]{6}$/i.test(part.color || "")) made.style.borderColor = `#${part.color.replace("#", "")}`;
  return made;
}

function menuOf(message, open) {
  const shortcuts = seen.world.shortcuts.filter(({ type }) => type === "message" && !message.ephemeral);
  const where = { channel: seen.here, message_ts: message.ts };
  return [
    open && { words: "Reply in thread", press: open },
    ...shortcuts.map(({ name, description, callback_id }) => ({ words: name, description, press: () => act("shortcut", { callback_id, ...where }) })),
    { words: "Copy the text", press: () => navigator.clipboard?.writeText(plainWords(message.text)) },
    message.permalink && !message.ephemeral && { words: "Copy the link", press: () => navigator.clipboard?.writeText(message.permalink) },
  ].filter(Boolean);
}

function tools(message, open) {
  const reply =
    open && element("button", { type: "button", class: "icon-button", "aria-label": "Reply in thread", title: "Reply in thread", "data-action": "~reply", onclick: open }, icon("reply"));
  const more = menuButton({ "aria-label": "More for this message", title: "More", class: "icon-button", "data-action": "~more" }, icon("more"), () => menuOf(message, open));
  return element("div", { class: "tools" }, reply, more);
}

function head(message) {
  return element(
    "p",
    { class: "who" },
    element("strong", {}, message.user.real_name),
    message.bot ? element("small", { class: "badge" }, "APP") : null,
    element("time", {}, clockWords(message.ts)),
  );
}

// What a screen reader says of a message; of one without words the files in it.
const aloud = ({ text, files }) => plainWords(text) || (files || []).map(({ title, name, alt_text: alt }) => alt || title || name).join(", ");

function article(message, { follows, open }) {
  const place = placeOf({ channel: seen.here, message_ts: message.ts }, [message.blocks, message.attachments]);
  const said = message.text || !message.files?.length ? element("div", { class: "said" }, marked(message.text)) : null;
  const body = message.blocks?.length ? blockItems(message.blocks, place).map((item) => item.draw()) : said;
  const count = message.reply_count;
  return element(
    "article",
    { class: `message${message.ephemeral ? " ephemeral" : ""}${follows ? " follows" : ""}`, tabindex: "-1", "aria-label": aloud(message) },
    follows ? element("time", { class: "gutter" }, clockWords(message.ts)) : avatar(message.user, message.bot),
    element(
      "div",
      { class: "body" },
      message.ephemeral ? element("p", { class: "only" }, "Only visible to you") : null,
      follows ? null : head(message),
      body,
      (message.attachments || []).map((part) => attachment(part, place)),
      sharedFiles(message.files),
      message.edited ? element("small", { class: "edited" }, "(edited)") : null,
      seen.aloud ? element("p", { class: "aloud" }, `Read aloud: ${aloud(message)}`) : null,
      open && count ? element("button", { type: "button", class: "replies", "data-action": "~replies", onclick: open }, `${count} ${count === 1 ? "reply" : "replies"}`) : null,
    ),
    tools(message, open),
  );
}

const follows = (message, before) =>
  before && !before.blocks?.length && !message.blocks?.length && before.user.id === message.user.id && !before.ephemeral && !message.ephemeral && Number(message.ts) - Number(before.ts) < TOGETHER_S;

const dayAt = (ts) => dayOf(new Date(Number(ts) * 1000));

// Draw messages into a list; `openThread` where they may be answered, `newFrom` where news begins.
export function showMessages(list, messages, { openThread, newFrom } = {}) {
  const items = [];
  let before = null;
  for (const message of messages) {
    if (!before || dayAt(before.ts) !== dayAt(message.ts)) {
      const day = dayWords(message.ts);
      items.push({ key: `day ${dayAt(message.ts)}`, mark: day, draw: () => element("h2", { class: "day" }, element("span", {}, day)) });
      before = null;
    }
    if (newFrom && Number(message.ts) >= Number(newFrom) && !items.some(({ key }) => key === "new")) {
      items.push({ key: "new", mark: "", draw: () => element("p", { class: "new" }, element("span", {}, "New")) });
      before = null;
    }
    const how = {
      follows: follows(message, before),
      open: openThread && !message.ephemeral ? () => openThread(message.ts) : null,
    };
    items.push({
      key: message.ts,
      mark: JSON.stringify([message, how.follows, seen.aloud, seen.me, seen.world.shortcuts]),
      draw: () => article(message, how),
    });
    before = message;
  }
  keep(list, items);
}

// Up and down go from message to message.
export function walkMessages(event) {
  const list = event.currentTarget;
  const from = event.target;
  if (!["ArrowUp", "ArrowDown"].includes(event.key) || (from !== list && !from.matches("article"))) return;
  const all = [...list.querySelectorAll("article")];
  const at = all.indexOf(from);
  const next = event.key === "ArrowUp" ? all.at(at < 0 ? -1 : Math.max(0, at - 1)) : all[at + 1];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
