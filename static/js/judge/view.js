// What is on the screen: the comparison, its plain form, highlighted differences, figures and notices.
import { markDifferences } from "./differences.js";

// The server keeps the delimiters, so that the source reads as it was written where it cannot be drawn.
const DELIMITERS = /^(\$\$?|\\\(|\\\[)|(\$\$?|\\\)|\\\])$/g;
const stage = document.getElementById("stage");
const noticePlace = document.getElementById("judge-notice");
const modes = { raw: false, differences: false };

export function showComparison(html) {
  stage.innerHTML = html; // rendered and sanitized on the server, under a policy that forbids inline scripts
  const article = stage.querySelector(".comparison");
  article.classList.add("is-new");
  drawMathematics();
  applyModes();
  window.scrollTo(0, 0);
  document.getElementById("comparison-title").focus({ preventScroll: true });
}

// The texts of a comparison, or a query's name, as one string: equal for two leases of the same.
export function textsOf(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  return JSON.stringify(Array.from(box.content.querySelectorAll(".plain.raw, .query-id"), (place) => place.textContent));
}

export function showEmpty(words) {
  const box = document.createElement("section");
  box.className = "empty";
  const text = document.createElement("p");
  text.textContent = words;
  box.append(text);
  stage.replaceChildren(box);
}

export function drawMathematics() {
  if (!window.katex) return;
  stage.querySelectorAll(".math").forEach((place) => {
    const source = place.textContent;
    try {
      window.katex.render(source.replace(DELIMITERS, ""), place, { displayMode: place.classList.contains("math--display"), throwOnError: true, maxSize: 20, maxExpand: 200 });
    } catch {
      place.textContent = source; // not valid LaTeX: the source is better than nothing
    }
  });
}

export function toggle(mode) {
  modes[mode] = !modes[mode];
  document.getElementById(`toggle-${mode}`).setAttribute("aria-pressed", String(modes[mode]));
  applyModes();
}

function applyModes() {
  const isPlain = modes.raw || modes.differences;
  stage.querySelectorAll(".rendered").forEach((place) => (place.hidden = isPlain));
  stage.querySelectorAll(".plain.raw").forEach((place) => {
    place.hidden = !isPlain;
    place.textContent = place.textContent; // without earlier marks
  });
  if (modes.differences) stage.querySelectorAll(".turn").forEach(markDifferences);
}

export function showProgress(progress) {
  const place = (name) => document.querySelector(`[data-figure="${name}"]`);
  ["n_mine_today", "n_verdicts", "n_wanted"].forEach((name) => (place(name).textContent = progress[name]));
  place("bar").value = progress.n_verdicts;
  place("bar").max = progress.n_wanted;
  const minutes = progress.minutes_left;
  place("minutes_left").textContent =
    minutes === null ? "–" : minutes < 90 ? `${Math.round(minutes)} min` : `${Math.round(minutes / 60)} h`;
}

export function showNotice(kind, words) {
  const box = document.createElement("div");
  box.className = `notice notice--${kind}`;
  const text = document.createElement("p");
  text.textContent = words;
  box.append(text);
  noticePlace.replaceChildren(box);
}

export function clearNotice() {
  noticePlace.replaceChildren();
}
