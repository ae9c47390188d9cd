// The page: who one acts as, where one looks, what one does.
import { blockItems } from "./blocks.js";
import { composer, shortcutsButton } from "./composer.js";
import { byId, element } from "./dom.js";
import { focusOn, payFocus, watchFocus, whereabouts } from "./focus.js";
import { showForm } from "./forms.js";
import { keep } from "./keep.js";
import { showMessages, walkMessages } from "./messages.js";
import { say } from "./notice.js";
import { showPanel } from "./panel.js";
import { placeOf } from "./place.js";
import { released, watchPresses } from "./press.js";
import { act, get, listen } from "./server.js";
import { closeSide, openSide, showSide } from "./side.js";
import { channelSeen, HOME, placeName, seen } from "./state.js";

const NEAR_PX = 80;
let writing;
let replying;
let drawnAt = null; // the place that the log shows
let opener = null; // what opened the thread
let newFrom = null;
let known; // settled once the page knows where it is

const empty = (words) => [{ key: "empty", mark: words, draw: () => element("p", { class: "empty" }, words) }];
const blocksKept = (list, place) => blockItems(list, place).map((item) => ({ ...item, key: `home ${item.key}` }));

function showHome(log) {
  const { home } = seen.world;
  const place = home && placeOf({ view_id: home.id }, home.blocks, home.state?.values, home.errors);
  keep(log, home ? blocksKept(home.blocks, place) : empty("The app has not shown its Home yet."));
}

// Where news begins: as many messages of others back as were unread on arrival.
function firstNew(messages, unread) {
  const others = messages.filter((message) => message.user.id !== seen.world.me.id);
  return unread ? others.at(-unread)?.ts : null;
}

function showChannel(log, messages) {
  const top = messages.filter((each) => !each.thread_ts || each.thread_ts === each.ts);
  if (top.length) showMessages(log, top, { openThread, newFrom });
  else keep(log, empty("Nothing here yet. Type / to see what the app understands."));
  const inThread = messages.filter((each) => seen.thread && (each.ts === seen.thread || each.thread_ts === seen.thread));
  showMessages(byId("thread-log"), inThread);
}

function showLog(messages) {
  const log = byId("log");
  const isOther = drawnAt !== `${seen.me} ${seen.here}`;
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
  // A place one comes to is not news, so none of it is read aloud.
  log.setAttribute("aria-live", isOther ? "off" : "polite");
  log.classList.toggle("home", seen.here === HOME);
  if (isOther) log.replaceChildren();
  if (seen.here === HOME) showHome(log);
  else showChannel(log, messages);
  byId("thread").hidden = !seen.thread;
  if (seen.here === HOME) log.scrollTop = isOther ? 0 : log.scrollTop;
  else if (isOther || atEnd) log.scrollTop = log.scrollHeight;
  if (isOther) log.querySelector(".new")?.scrollIntoView({ block: "center" });
  drawnAt = `${seen.me} ${seen.here}`;
}

function showWriting() {
  const channel = channelSeen(seen.here);
  const mayWrite = seen.here !== HOME && channel?.member !== false;
  byId("composer").hidden = !mayWrite;
  byId("outside").hidden = seen.here === HOME || mayWrite;
  byId("outside").textContent = `${seen.world.me.real_name} is not in ${placeName(seen.here)}.`;
  byId("without-app").hidden = channel?.bot_is_member !== false;
  byId("without-app").textContent = `${seen.world.app.name} is not in this channel`;
  byId("say").placeholder = `Message ${placeName(seen.here)}`;
  byId("shortcuts").hidden = !seen.world.shortcuts.some(({ type }) => type === "global");
  showDrafts();
}

function showDrafts() {
  writing.at(`${seen.me} ${seen.here}`);
  replying.at(`${seen.me} ${seen.thread}`);
}

function openThread(ts) {
  opener = { ts, find: whereabouts() };
  seen.thread = ts;
  showDrafts();
  // Two asides would leave the messages no room.
  byId("panel").hidden = true;
  byId("inside").setAttribute("aria-expanded", false);
  byId("thread").hidden = false;
  byId("thread-composer").querySelector("textarea").focus();
  refresh();
}

function closeThread() {
  const message = opener && byId("log").querySelector(`[data-key="${CSS.escape(opener.ts)}"]`);
  seen.thread = null;
  byId("thread").hidden = true;
  focusOn(opener?.find() || message || byId("log"));
}

function arrive(id) {
  seen.here = id;
  seen.thread = null;
  newFrom = null;
  showDrafts();
}

async function goTo(id, { again = false } = {}) {
  arrive(id);
  closeSide();
  if (!again) history.pushState({ id }, "", `?as=${seen.me}&in=${id}`);
  await (id === HOME ? act("open_home") : refresh());
}

let drawing = null;
let next = null;

// Draw what is there now; asked for while drawing, draw once more after it.
function refresh() {
  if (!drawing) {
    drawing = draw().finally(() => (drawing = null));
    return drawing;
  }
  const again = () => {
    next = null;
    return refresh();
  };
  next ||= drawing.then(again, again);
  return next;
}

async function draw() {
  const asked = seen.me;
  const world = await get("state");
  // Someone else may be acting by now; drawing anew for them is asked for already.
  if (!world || seen.me !== asked) return;
  seen.world = world;
  seen.me = world.me.name;
  if (seen.here !== HOME && !channelSeen(seen.here)) arrive(world.channels[0]?.id ?? HOME);
  const { here, me } = seen;
  const answer = here === HOME ? { messages: [] } : await get("messages", { channel: here });
  await released();
  if (!answer || here !== seen.here || me !== seen.me) return;
  if (drawnAt !== `${seen.me} ${here}`) newFrom = firstNew(answer.messages, channelSeen(here)?.unread);
  showLog(answer.messages);
  showWriting();
  showSide(goTo);
  showForm();
  showPanel();
  payFocus();
}

function togglePanel(isShown) {
  if (isShown && seen.thread) closeThread();
  byId("panel").hidden = !isShown;
  byId("inside").setAttribute("aria-expanded", isShown);
  byId(isShown ? "close-panel" : "inside").focus();
  showPanel();
}

function escape(event) {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (document.body.classList.contains("side-open")) closeSide();
  else if (!byId("panel").hidden && byId("panel").contains(event.target)) togglePanel(false);
  else if (seen.thread) closeThread();
  else if (!byId("panel").hidden) togglePanel(false);
}

function wire() {
  byId("me").onchange = () => {
    seen.me = byId("me").value;
    sessionStorage.setItem("me", seen.me);
    goTo(seen.here);
  };
  byId("open-side").onclick = openSide;
  byId("close-side").onclick = closeSide;
  byId("shade").onclick = closeSide;
  byId("close-thread").onclick = closeThread;
  byId("close-panel").onclick = () => togglePanel(false);
  byId("inside").onclick = () => togglePanel(byId("panel").hidden);
  byId("aloud").onclick = () => {
    seen.aloud = !seen.aloud;
    byId("aloud").setAttribute("aria-pressed", seen.aloud);
    refresh();
  };
  for (const id of ["log", "thread-log"]) byId(id).onkeydown = walkMessages;
  document.addEventListener("keydown", escape);
  addEventListener("popstate", (event) => goTo(event.state?.id ?? seen.here, { again: true }));
}

async function send(text) {
  await known;
  const log = byId("log");
  log.scrollTop = log.scrollHeight; // whoever writes wants to see the answer
  return act(text.startsWith("/") ? "command" : "say", { channel: seen.here, text });
}

async function reply(text) {
  if (!text.startsWith("/")) return act("say", { channel: seen.here, text, thread_ts: seen.thread });
  say("Slash commands do not work in threads.");
  return { ok: false };
}

async function begin() {
  const asked = new URLSearchParams(location.search);
  seen.me = asked.get("as") || sessionStorage.getItem("me") || "";
  seen.here = asked.get("in") || "";
  writing = composer(byId("composer"), { label: "Message", send, commands: true });
  replying = composer(byId("thread-composer"), { label: "Reply", send: reply, commands: false });
  byId("shortcuts").append(shortcutsButton());
  wire();
  watchPresses();
  watchFocus();
  known = refresh();
  await known;
  if (seen.here === HOME) await act("open_home");
  history.replaceState({ id: seen.here }, "");
  listen(refresh, (isThere) => (byId("lost").hidden = isThere));
}

begin();
