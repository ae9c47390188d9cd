// Where each kind of element keeps its value, and what it holds now.

const ONE = ["selected_option", "initial_option"];
const MANY = ["selected_options", "initial_options"];
const named = (what) => [`selected_${what}`, `initial_${what}`];

const FIELDS = {
  rich_text_input: ["rich_text_value", "initial_value"],
  datepicker: named("date"),
  timepicker: named("time"),
  datetimepicker: named("date_time"),
  static_select: ONE,
  external_select: ONE,
  radio_buttons: ONE,
  users_select: named("user"),
  channels_select: named("channel"),
  conversations_select: named("conversation"),
  multi_static_select: MANY,
  multi_external_select: MANY,
  checkboxes: MANY,
  multi_users_select: named("users"),
  multi_channels_select: named("channels"),
  multi_conversations_select: named("conversations"),
};

const namesOf = (type) => FIELDS[type] || ["value", "initial_value"];

export const isField = (block) => block.type === "input";

export const nameOf = (part) => part.placeholder?.text || part.text?.text || part.action_id;

export const entryOf = (part, value) => ({ [namesOf(part.type)[0]]: value });

// What was typed here, else what it began with.
export function heldBy(part, block, place) {
  const [name, initial] = namesOf(part.type);
  const entry = place.held(block.block_id, part.action_id);
  return entry && name in entry ? entry[name] : part[initial];
}

// Take a new value: the app hears of it now or with the form. False where a confirm said no.
export async function changed(part, block, place, value) {
  const entry = entryOf(part, value);
  if (!isField(block) || block.dispatch_action) return place.press(part, block, entry);
  place.hold(part, block, entry);
  return true;
}
