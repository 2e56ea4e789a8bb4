// The judging page: the comparison on the screen, the next one already fetched, verdicts sent behind the reader's back.
import { Api, Unreachable, wordsOf } from "./api.js";
import { listenToKeys, verdictOf } from "./keys.js";
import * as options from "./options.js";
import { Outbox, recallGiven, rememberGiven } from "./outbox.js";
import * as view from "./view.js";

const HEARTBEAT = 120_000;
const OFFLINE = "No answer from the server. Your verdicts are kept on this device and sent as soon as it answers";

const form = document.getElementById("verdict-form");
const isLabelling = form.dataset.kind === "labelled"; // one label per query, instead of a verdict per comparison
const strengthBox = form.elements.strength || { checked: false };
const thing = isLabelling ? "query" : "comparison";
const comment = document.getElementById("comment");
const api = new Api(form);
const ready = []; // comparisons fetched ahead, the next one first
let current = form.elements.lease.value; // the lease on the screen, or null
let currentHtml = document.getElementById("stage").innerHTML; // as it came, without drawn mathematics
let shownAt = 0;
let fetching = null;

const outbox = new Outbox(api, form.dataset.person, {
  onProgress: view.showProgress,
  onRefused: (words) => view.showNotice("warning", words),
  onWaiting: (n, isLoggedOut) =>
    view.showNotice(
      "warning",
      isLoggedOut
        ? `You were logged out. ${n} verdict(s) are kept on this device: log in in another tab, then reload this page.`
        : `${OFFLINE} (${n} waiting).`,
    ),
  onClear: () => isOfflineNotice() && view.clearNotice(),
});

function isOfflineNotice() {
  return document.getElementById("judge-notice").textContent.startsWith(OFFLINE);
}

// Leases that must not be offered again: on the screen, fetched ahead, or judged with the verdict under way.
function holding() {
  const underWay = outbox.items.map((verdict) => verdict.lease);
  return [current, ...ready.map((comparison) => comparison.id), ...underWay].filter(Boolean).slice(0, 10);
}

// ---- Fetching ahead -------------------------------------------------------------------------------------

function fetchAhead() {
  if (!fetching) fetching = claimAhead().finally(() => (fetching = null));
  return fetching;
}

async function claimAhead() {
  if (ready.length) return;
  try {
    const answer = await api.claim(holding());
    if (answer.status === 201) ready.push(answer.body);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
  }
}

// ---- Moving on ------------------------------------------------------------------------------------------

async function next() {
  if (!ready.length) {
    current = null;
    view.showEmpty(`Fetching the next ${thing} …`);
    const isSent = await outbox.flush();
    await fetchAhead();
    if (!ready.length) {
      // Nothing came: the page itself says why (done, paused, others hold the rest), unless nobody answers.
      if (isSent) location.assign(location.pathname);
      else setTimeout(() => current === null && next(), 3000);
      return;
    }
  }
  put(ready.shift());
  fetchAhead();
}

function put(comparison) {
  current = comparison.id;
  currentHtml = comparison.html;
  form.elements.lease.value = current;
  form.elements.idempotency_key.value = newKey();
  comment.value = "";
  strengthBox.checked = false;
  closeSheets();
  form.querySelector('[value="undo"]').disabled = false;
  view.showComparison(comparison.html);
  if (isLabelling) options.prepare();
  shownAt = performance.now();
  api.show(current).then(noticeIfGone, ignoreUnreachable);
}

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Plain HTTP on another host than loopback has no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function ignoreUnreachable(error) {
  if (!(error instanceof Unreachable)) throw error;
}

// ---- What a person can do -------------------------------------------------------------------------------

async function choose(choice, strength) {
  if (!current) return;
  const verdict = {
    lease: current,
    choice,
    strength: strength === 2 || (strengthBox.checked && ["a", "b"].includes(choice)) ? 2 : 1,
    comment: comment.value,
    idempotency_key: form.elements.idempotency_key.value,
  };
  if (!isOfflineNotice()) view.clearNotice();
  outbox.add(verdict);
  await next();
}

async function undo() {
  if (!(await outbox.flush())) return;
  try {
    const answer = await api.undo();
    if (answer.status >= 400) return void view.showNotice("warning", wordsOf(answer));
    if (ready.length > 0) dropLast();
    if (current) ready.unshift({ id: current, html: currentHtml });
    put(answer.body);
    view.showProgress(answer.body.progress);
    view.showNotice("good", isLabelling ? "Your last label is undone. Label this query again." : "Your last verdict is undone. Judge this comparison again.");
  } catch (error) {
    ignoreUnreachable(error);
    view.showNotice("warning", "No answer from the server: nothing was undone. Try again in a moment.");
  }
}

function dropLast() {
  // At most three comparisons on one desk: the one fetched ahead goes back.
  const dropped = ready.pop();
  api.release(dropped.id).catch(ignoreUnreachable);
}

async function skip(reason) {
  if (!current) return;
  try {
    const answer = await api.skip(current, reason);
    if (answer.status >= 400) return void view.showNotice("warning", wordsOf(answer));
    view.showNotice("good", "Skipped: it goes to other annotators and will not come back to you.");
    document.getElementById("reason").value = "";
    await next();
  } catch (error) {
    ignoreUnreachable(error);
    view.showNotice("warning", "No answer from the server: nothing was skipped. Try again in a moment.");
  }
}

function closeSheets(except) {
  document.querySelectorAll(".sheet[open]").forEach((sheet) => {
    if (sheet !== except) sheet.open = false;
  });
}

function openSheet(id, field) {
  const sheet = document.getElementById(id);
  const isOpening = !sheet.open;
  closeSheets(sheet);
  sheet.open = isOpening;
  if (isOpening && field) document.getElementById(field).focus();
}

// ---- Wiring ---------------------------------------------------------------------------------------------

form.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || button.value === "leave") return;
  event.preventDefault();
  if (button.name === "choice") choose(button.value, 1);
  else if (button.value === "undo") undo();
  else if (button.value === "skip") skip(form.elements.reason.value);
});

listenToKeys(
  {
    choose,
    choiceOf: isLabelling ? options.choiceOf : verdictOf,
    letters: {
      u: undo,
      s: () => openSheet("skip-sheet", "reason"),
      r: () => view.toggle("raw"),
      "?": () => openSheet("keys"),
      // The letters a to j are options of a query.
      [isLabelling ? "n" : "c"]: () => openSheet("comment-sheet", "comment"),
      [isLabelling ? "l" : "g"]: () => openSheet("guidelines"),
      ...(isLabelling ? { "/": options.openFilter } : { d: () => view.toggle("differences") }),
    },
    close: (target) => {
      closeSheets();
      target.blur();
    },
  },
  (milliseconds) => performance.now() - shownAt < milliseconds,
  document.getElementById("keys-on"),
);

document.getElementById("reason").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  skip(event.target.value);
});
document.getElementById("toggle-raw").addEventListener("click", () => view.toggle("raw"));
document.getElementById("toggle-differences")?.addEventListener("click", () => view.toggle("differences"));
document.querySelectorAll(".needs-js").forEach((place) => (place.hidden = false));

// ---- Keeping and giving back ----------------------------------------------------------------------------

function isGone(answer) {
  return answer.status === 409 || answer.status === 404;
}

function noticeIfGone(answer) {
  if (isGone(answer)) view.showNotice("warning", wordsOf(answer));
}

// The comparison on the screen went back to the queue (a pause, another tab that was closed, a reload): take it
// again if nobody else has. Returns whether it is ours again.
async function takeAgain() {
  const lost = current;
  const answer = await api.claim(holding().filter((lease) => lease !== lost));
  if (answer.status !== 201 || current !== lost) return false;
  const { id, html } = answer.body;
  if (view.textsOf(html) !== view.textsOf(currentHtml)) {
    ready.unshift(answer.body);
    return false;
  }
  current = id;
  currentHtml = html;
  form.elements.lease.value = id;
  document.querySelector("#stage .comparison").dataset.lease = id;
  api.show(id).catch(ignoreUnreachable);
  return true;
}

async function keep(lease) {
  const answer = await api.renew(lease);
  if (isGone(answer) && lease === current && !(await takeAgain())) noticeIfGone(answer);
}

function beat() {
  if (document.hidden) return;
  [current, ...ready.map((comparison) => comparison.id)]
    .filter(Boolean)
    .forEach((lease) => keep(lease).catch(ignoreUnreachable));
}

setInterval(beat, HEARTBEAT);
document.addEventListener("visibilitychange", beat);

// Whoever leaves keeps nothing from the others. The next page of this tab learns what was given back: when it is
// this one again (reload, back), its comparison was put into it before the old page let go.
window.addEventListener("pagehide", () => {
  const given = [current, ...ready.map((comparison) => comparison.id)].filter(Boolean);
  given.forEach((lease) => api.release(lease, { keepalive: true }).catch(ignoreUnreachable));
  rememberGiven(given);
  ready.length = 0;
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // the back button brought an old page to life
});

async function start() {
  view.drawMathematics();
  if (isLabelling) options.listen((label) => choose(label, 1));
  outbox.load();
  const isJudged = outbox.items.some((verdict) => verdict.lease === current);
  await outbox.flush();
  // A reload while its verdict was under way brought this comparison up once more.
  if (isJudged) return next();
  const given = recallGiven();
  // Again, and waited for: afterwards no late answer can take away what is claimed now.
  await Promise.all(given.map((lease) => api.release(lease)));
  if (given.includes(current) && !(await takeAgain())) return next();
  return fetchAhead();
}

start().catch(ignoreUnreachable);
