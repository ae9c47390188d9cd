// Blocks as elements: what Slack shows, in words and controls.
import { alert, card, carousel, container, plan, task, video } from "./cards.js";
import { chart } from "./charts.js";
import { control } from "./controls.js";
import { element } from "./dom.js";
import { field } from "./fields.js";
import { attachedTo } from "./files.js";
import { image } from "./images.js";
import { markdown } from "./markdown.js";
import { words } from "./mrkdwn.js";
import { richText } from "./rich_text.js";
import { dataTable, table } from "./tables.js";

function section(block, place) {
  const fields = (block.fields || []).map((each) => element("div", {}, words(each)));
  const { accessory } = block;
  return element(
    "div",
    { class: `section ${accessory?.type === "checkboxes" || accessory?.type === "radio_buttons" ? "stacked" : ""}`.trim() },
    element("div", { class: "words" }, block.text && element("div", {}, words(block.text)), fields.length ? element("div", { class: "fields" }, fields) : null),
    accessory && element("div", { class: "beside" }, control(accessory, block, place)),
  );
}

const contextPart = (each) => (each.type === "image" ? image(each) : element("span", {}, words(each)));

const DRAWN = {
  header: (block) => element("h3", {}, words(block.text)),
  divider: () => element("hr"),
  section,
  context: (block) => element("div", { class: "context" }, block.elements.map(contextPart)),
  actions: (block, place) => element("div", { class: "actions" }, block.elements.map((each) => control(each, block, place))),
  context_actions: (block, place) => element("div", { class: "actions quiet" }, block.elements.map((each) => control(each, block, place))),
  image: (block) => element("figure", {}, block.title && element("figcaption", {}, words(block.title)), image(block)),
  input: field,
  rich_text: (block) => element("div", { class: "rich" }, richText(block)),
  markdown: (block) => element("div", { class: "rich" }, markdown(block.text)),
  table,
  data_table: dataTable,
  data_visualization: chart,
  alert,
  card,
  carousel,
  container: (block, place) => container(block, place, drawBlock),
  task_card: task,
  plan,
  video,
};

// What this page cannot draw is still told.
const unknown = (block) =>
  element("div", { class: "unknown" }, element("strong", {}, `A block of type ${block.type}`), element("pre", {}, JSON.stringify(block, null, 1)));

export function drawBlock(block, place) {
  const made = (DRAWN[block.type] || unknown)(block, place);
  if (block.block_id) made.dataset.block = block.block_id;
  return made;
}

const files = (block, place) => (block.element?.type === "file_input" ? attachedTo(block.element, block, place) : null);

// As keep() takes them: each drawn anew only when it or what is said at it changed.
export const blockItems = (blocks, place) =>
  blocks.map((block, at) => ({
    key: block.block_id || `at-${at}`,
    mark: JSON.stringify([block, place.errors[block.block_id], files(block, place)]),
    draw: () => drawBlock(block, place),
  }));
