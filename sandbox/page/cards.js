// Blocks that hold other things: cards, carousels, containers, tasks and plans.
import { control } from "./controls.js";
import { element, link } from "./dom.js";
import { image } from "./images.js";
import { words } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

const STATES = { pending: "Pending", in_progress: "In progress", complete: "Done", error: "Failed" };

export function card(block, place) {
  const text = (name, tag = "p") => block[name] && element(tag, { class: name }, words(block[name]));
  return element(
    "div",
    { class: "card" },
    block.hero_image && element("div", { class: "hero" }, image(block.hero_image)),
    element(
      "div",
      { class: "inside" },
      element("div", { class: "top" }, block.icon && image(block.icon), element("div", {}, text("title"), text("subtitle"))),
      text("body"),
      text("subtext"),
      block.actions && element("div", { class: "actions" }, block.actions.map((each) => control(each, block, place))),
    ),
  );
}

export const carousel = (block, place) =>
  element("div", { class: "carousel", tabindex: "0", role: "region", "aria-label": "Cards" }, block.elements.map((each) => card(each, place)));

export function container(block, place, draw) {
  const title = block.rich_text_title ? richText(block.rich_text_title) : element("strong", {}, words(block.title));
  const head = [block.icon && image(block.icon), element("div", {}, title, block.subtitle && element("p", { class: "subtitle" }, words(block.subtitle)))];
  const inside = element("div", { class: "inside" }, block.child_blocks.map((each) => draw(each, place)));
  if (!block.is_collapsible) return element("div", { class: "container" }, element("div", { class: "top" }, head), inside);
  return element("details", { class: "container", open: !block.default_collapsed }, element("summary", {}, element("span", { class: "top" }, head)), inside);
}

export function task(block) {
  const part = (name, rich) => rich && element("div", { class: name }, richText(rich));
  const sources = (block.sources || []).map((each) => element("li", {}, link(each.url, each.text)));
  return element(
    "div",
    { class: `task is-${block.status}` },
    element("p", {}, element("strong", {}, block.title), " ", element("small", { class: "state" }, STATES[block.status])),
    part("details", block.details),
    part("output", block.output),
    sources.length ? element("ul", {}, sources) : null,
  );
}

export const plan = (block) =>
  element("div", { class: "plan" }, element("p", {}, element("strong", {}, block.title)), (block.tasks || []).map(task));

export const video = (block) =>
  element(
    "figure",
    { class: "video" },
    image({ image_url: block.thumbnail_url, alt_text: block.alt_text }),
    element(
      "figcaption",
      {},
      link(block.title_url || block.video_url, words(block.title)),
      [block.author_name, block.provider_name].filter(Boolean).map((name) => element("small", {}, ` · ${name}`)),
      block.description && element("p", {}, words(block.description)),
    ),
  );

export const alert = (block) =>
  element("div", { class: `alert is-${block.level || "default"}`, role: "note" }, words(block.text));
