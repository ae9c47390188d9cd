// What a select offers: groups of choices, each with its words and what it stands for.
import { withEmoji } from "./emoji.js";
import { seen } from "./state.js";
import { entryOf, heldBy } from "./values.js";

// An option as Slack tells it to the app.
export const bare = ({ text, value, description }) => (description ? { text, value, description } : { text, value });

export const ofOption = (option) => ({
  id: option.value,
  words: option.text.emoji === false ? option.text.text : withEmoji(option.text.text),
  description: option.description?.text,
  stands: bare(option),
});

const people = () =>
  seen.world.users
    .filter(({ deleted }) => !deleted)
    .map(({ id, real_name: words, name }) => ({ id, words, description: `@${name}`, stands: id }));

const channel = ({ id, name, private: isPrivate }) => ({ id, words: `${isPrivate ? "🔒" : "#"} ${name}`, stands: id });

function conversations({ filter }) {
  const kinds = filter?.include || ["public", "private", "im"];
  const direct = kinds.includes("im") && !filter?.exclude_bot_users ? seen.world.dms : [];
  return [
    ...seen.world.channels.filter((each) => kinds.includes(each.private ? "private" : "public")).map(channel),
    ...direct.map(({ id }) => ({ id, words: seen.world.app.name, description: "Direct messages", stands: id })),
  ];
}

export function offered(part) {
  if (part.type.includes("users")) return [{ choices: people() }];
  if (part.type.includes("channels")) return [{ choices: seen.world.channels.filter((each) => !each.private).map(channel) }];
  if (part.type.includes("conversations")) return [{ choices: conversations(part) }];
  const groups = part.option_groups || [{ options: part.options || [] }];
  return groups.map((group) => ({ label: group.label?.text, choices: group.options.map(ofOption) }));
}

// The choices an element holds now, as choices.
export function chosenIn(part, block, place) {
  let held = heldBy(part, block, place);
  if (held == null && part.default_to_current_conversation && seen.world.channels.some(({ id }) => id === seen.here)) {
    held = part.type.startsWith("multi_") ? [seen.here] : seen.here;
    place.hold(part, block, entryOf(part, held));
  }
  const known = offered(part).flatMap((group) => group.choices);
  return [held ?? []].flat().map((each) => {
    if (each.value) return ofOption(each);
    return known.find(({ id }) => id === each) || { id: each, words: each, stands: each };
  });
}

const plain = (words) => words.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

export function fitting(groups, typed) {
  const fits = ({ words, description }) => plain(`${words} ${description || ""}`).includes(plain(typed));
  return groups
    .map((group) => ({ ...group, choices: group.choices.filter(fits) }))
    .filter((group) => group.choices.length);
}
