// The options of a query to label: which key is whose, and the search in long lists. The server gives out the keys.
import { digitOf } from "./keys.js";

const stage = document.getElementById("stage");

const buttons = () => Array.from(stage.querySelectorAll(".option-button"));
const visible = () => buttons().filter((button) => !button.closest("li").hidden);
const filter = () => document.getElementById("option-filter");
const keysOf = (button) => (button.getAttribute("aria-keyshortcuts") || "").split(" ");

// Returns [label] for a key that stands for an option on the screen.
export function choiceOf(event) {
  const key = digitOf(event) || event.key.toLowerCase();
  const button = visible().find((option) => keysOf(option).includes(key));
  return button ? [button.value] : null;
}

export function openFilter() {
  filter()?.focus();
}

// After a new query has come onto the screen.
export function prepare() {
  stage.querySelectorAll(".needs-js").forEach((place) => (place.hidden = false));
}

export function listen(pick) {
  prepare();
  stage.addEventListener("input", (event) => event.target === filter() && narrow());
  stage.addEventListener("keydown", (event) => {
    if (event.target !== filter() || event.key !== "Enter") return;
    event.preventDefault();
    const [first] = visible();
    if (first && filter().value.trim()) pick(first.value);
  });
}

function narrow() {
  const wanted = filter().value.trim().toLowerCase();
  buttons().forEach((button) => {
    const text = button.querySelector(".option-button__text").textContent;
    button.closest("li").hidden = !`${button.value} ${text}`.toLowerCase().includes(wanted);
  });
  putExactFirst(wanted);
  const shown = visible();
  buttons().forEach((button) => button.classList.toggle("is-first", wanted !== "" && button === shown[0]));
  document.getElementById("option-count").textContent = `${shown.length} of ${buttons().length} options`;
}

// Who types a whole label means it, also when longer ones contain it; otherwise the order stays as it came.
function putExactFirst(wanted) {
  const list = stage.querySelector(".options__list");
  const items = Array.from(list.children);
  items.forEach((item, place) => (item.dataset.place ??= place));
  const rank = (item) => (item.querySelector("button").value.toLowerCase() === wanted ? -1 : Number(item.dataset.place));
  items.sort((one, other) => rank(one) - rank(other)).forEach((item) => list.append(item));
}
