// The page: who one acts as, where one looks, what one does.
import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { showForm } from "./forms.js";
import { element, marked, plainWords, words } from "./mrkdwn.js";
import { showPanel } from "./panel.js";

const $ = (id) => document.getElementById(id);
const HOME = "home";
const asked = new URLSearchParams(location.search);
let me = asked.get("as") || sessionStorage.getItem("me") || "";
let here = asked.get("in") || "";
let thread = null;
let world = null;
let aloud = false;

async function get(path, query) {
  const answer = await fetch(`/sandbox/${path}?${new URLSearchParams({ as: me, ...query })}`);
  return answer.ok ? answer.json() : null;
}

const SAID = {
  operation_timeout: "The app did not answer within three seconds.",
  dispatch_failed: "The app is not connected.",
};

export async function act(kind, more = {}) {
  const body = JSON.stringify({ as: me, kind, ...more });
  const answer = await (await fetch("/sandbox/act", { method: "POST", body })).json();
  if (!answer.ok) toast(SAID[answer.error] || answer.error);
  await refresh();
  return answer;
}

let fading;
function toast(said) {
  $("toast").textContent = said;
  $("toast").hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => ($("toast").hidden = true), 6000);
}

export function confirmed(confirm) {
  if (!confirm) return Promise.resolve(true);
  const dialog = $("confirm");
  return new Promise((resolve) => {
    const end = (yes) => (dialog.close(), resolve(yes));
    const deny = element("button", { type: "button", onclick: () => end(false) }, confirm.deny.text);
    const yes = element("button", { type: "button", class: confirm.style || "primary", onclick: () => end(true) }, confirm.confirm.text);
    dialog.setAttribute("aria-label", confirm.title.text);
    dialog.replaceChildren(element("h2", {}, confirm.title.text), element("p", {}, words(confirm.text, world)), element("div", { class: "ends" }, deny, yes));
    dialog.oncancel = () => resolve(false);
    dialog.showModal();
  });
}

// Where blocks stand, and how one acts there; messages and Home hold nothing that is typed.
function placeOf(where) {
  const press = async (part, block, entry) => {
    if (await confirmed(part.confirm))
      await act("click", { ...where, block_id: block.block_id, action_id: part.action_id, ...entry });
  };
  const suggest = (part, block, value) =>
    act("suggest", { ...where, block_id: block.block_id, action_id: part.action_id, value });
  return { world, errors: {}, held: () => null, hold: () => {}, press, suggest };
}

const clockWords = (ts) =>
  new Date(Number(ts) * 1000).toLocaleTimeString("en-GB", { timeZone: world.me.tz, hour: "2-digit", minute: "2-digit" });

function article(message, inThread) {
  const place = placeOf({ channel: here, message_ts: message.ts });
  const body = message.blocks?.length ? blocks(message.blocks, place) : [element("p", {}, marked(message.text, world))];
  const replies = !inThread && message.reply_count
    ? element("button", { class: "plain replies", onclick: () => openThread(message.ts) }, `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`)
    : null;
  const start = !inThread && !message.ephemeral
    ? element("button", { class: "plain start", onclick: () => openThread(message.ts) }, "Reply in thread")
    : null;
  return element(
    "article",
    { class: message.ephemeral ? "message ephemeral" : "message", "aria-label": plainWords(message.text, world) },
    element("div", { class: "avatar", "aria-hidden": "true" }, message.user.real_name[0]),
    element(
      "div",
      { class: "body" },
      message.ephemeral ? element("p", { class: "only" }, "Only visible to you") : null,
      element("p", { class: "who" }, element("strong", {}, message.user.real_name), message.bot ? element("small", {}, " APP ") : " ", element("time", {}, clockWords(message.ts)), message.edited ? element("small", {}, " (edited)") : null),
      body,
      aloud ? element("p", { class: "aloud" }, `Read aloud: ${plainWords(message.text, world)}`) : null,
      replies,
      start,
    ),
  );
}

function openThread(ts) {
  thread = ts;
  showMessages();
}

async function showMessages() {
  const log = $("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80 || log.dataset.place !== here;
  if (here === HOME) {
    thread = null;
    const view = world.home;
    const shown = view ? blocks(view.blocks, placeOf({ view_id: view.id })) : [element("p", { class: "empty" }, "The app has not shown its Home yet.")];
    log.replaceChildren(element("div", { class: "home" }, shown));
    log.dataset.place = here;
  } else {
    const answer = await get("messages", { channel: here });
    if (!answer) return;
    const top = answer.messages.filter((m) => !m.thread_ts || m.thread_ts === m.ts);
    const shown = top.map((message) => article(message));
    log.replaceChildren(...(shown.length ? shown : [element("p", { class: "empty" }, "Nothing here yet. Type / to see what the app understands.")]));
    if (atEnd) log.scrollTop = log.scrollHeight;
    log.dataset.place = here;
    const inThread = answer.messages.filter((m) => thread && (m.ts === thread || m.thread_ts === thread));
    $("thread-log").replaceChildren(...inThread.map((message) => article(message, true)));
  }
  $("thread").hidden = !thread;
}

const nameOf = (id) => {
  if (id === HOME) return world.app.name;
  const channel = world.channels.find((each) => each.id === id);
  return channel ? `# ${channel.name}` : `${world.app.name} (direct messages)`;
};

function showPlaces() {
  const link = (id, shown, unread) =>
    element("a", { href: `?as=${me}&in=${id}`, "aria-current": id === here ? "page" : null, class: unread ? "unread" : null, onclick: (event) => (event.preventDefault(), goTo(id)) }, shown, unread ? element("span", { class: "count", "aria-label": `${unread} unread` }, unread) : null);
  $("places").replaceChildren(
    element("h2", {}, "App"),
    link(HOME, `${world.app.name} · Home`),
    ...world.dms.map((dm) => link(dm.id, `${world.app.name} · Messages`, dm.unread)),
    element("h2", {}, "Channels"),
    ...world.channels.map((channel) => link(channel.id, `${channel.private ? "🔒" : "#"} ${channel.name}`, channel.member && channel.unread)),
  );
  $("team").textContent = world.team.name;
  $("me").replaceChildren(...world.users.map((user) => element("option", { value: user.name, selected: user.name === me }, user.real_name)));
  $("place").textContent = nameOf(here);
  document.title = `${nameOf(here)} · ${world.team.name}`;
  $("composer").hidden = here === HOME;
  $("say").placeholder = `Message ${nameOf(here)}`;
}

async function goTo(id) {
  here = id;
  thread = null;
  document.body.classList.remove("side-open");
  history.replaceState(null, "", `?as=${me}&in=${id}`);
  if (id === HOME) await act("open_home");
  else await refresh();
}

let refreshing = null;
let again = false;
export async function refresh() {
  if (refreshing) {
    again = true;
    return refreshing;
  }
  refreshing = draw().finally(() => (refreshing = null));
  await refreshing;
  if (again) {
    again = false;
    await refresh();
  }
}

async function draw() {
  world = await get("state");
  if (!world) return;
  me = world.me.name;
  if (!here || (here !== HOME && ![...world.channels, ...world.dms].some((each) => each.id === here)))
    here = world.channels[0]?.id ?? HOME;
  await showMessages();
  showPlaces();
  showForm($("form"), world);
  if (!$("panel").hidden) showPanel($("panel"), world);
}

async function begin() {
  $("me").addEventListener("change", () => {
    me = $("me").value;
    sessionStorage.setItem("me", me);
    goTo(here);
  });
  $("open-side").onclick = () => document.body.classList.add("side-open");
  $("close-side").onclick = () => document.body.classList.remove("side-open");
  $("close-thread").onclick = () => openThread(null);
  $("aloud").onclick = () => {
    aloud = !aloud;
    $("aloud").setAttribute("aria-pressed", aloud);
    showMessages();
  };
  $("inside").onclick = () => {
    $("panel").hidden = !$("panel").hidden;
    $("inside").setAttribute("aria-expanded", !$("panel").hidden);
    refresh();
  };
  $("thread-composer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const box = event.target.querySelector("input");
    const text = box.value.trim();
    if (text && (await act("say", { channel: here, text, thread_ts: thread })).ok) box.value = "";
  });
  composer($("composer"), $("say"), $("completions"), () => world.commands, (text) =>
    act(text.startsWith("/") ? "command" : "say", { channel: here, text }),
  );
  await refresh();
  if (here === HOME) await act("open_home");
  new EventSource("/sandbox/stream").onmessage = () => refresh();
}

begin();
