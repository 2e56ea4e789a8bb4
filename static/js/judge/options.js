// The options of a query to label: which key is whose, and the search in long lists. Keys follow what is visible.
import { digitOf } from "./keys.js";

const DIGITS = "1234567890";
const LETTERS = "abcdefghij";
const stage = document.getElementById("stage");
let pick = () => {};

const buttons = () => Array.from(stage.querySelectorAll(".option-button"));
const visible = () => buttons().filter((button) => !button.closest("li").hidden);
const filter = () => document.getElementById("option-filter");

// Returns [label] for a key that stands for an option on the screen.
export function choiceOf(event) {
  const digit = digitOf(event);
  const place = digit ? DIGITS.indexOf(digit) : event.key.length === 1 ? LETTERS.indexOf(event.key.toLowerCase()) : -1;
  const button = place < 0 ? undefined : visible()[place];
  return button ? [button.value] : null;
}

export function openFilter() {
  filter()?.focus();
}

// After a new query has come onto the screen.
export function prepare() {
  stage.querySelectorAll(".needs-js").forEach((place) => (place.hidden = false));
}

export function listen(choose) {
  pick = choose;
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
    const text = `${button.value} ${button.textContent}`.toLowerCase();
    button.closest("li").hidden = wanted !== "" && !text.includes(wanted) && button.value.toLowerCase() !== wanted;
  });
  sortExactFirst(wanted);
  const shown = visible();
  buttons().forEach((button) => button.classList.remove("is-first"));
  if (wanted && shown.length) shown[0].classList.add("is-first");
  buttons().forEach((button) => {
    const place = shown.indexOf(button);
    const isKeyed = place >= 0 && place < DIGITS.length;
    button.querySelector("kbd").textContent = isKeyed ? DIGITS[place] : "";
    if (isKeyed) button.setAttribute("aria-keyshortcuts", `${DIGITS[place]} ${LETTERS[place]}`);
    else button.removeAttribute("aria-keyshortcuts");
  });
  document.getElementById("option-count").textContent = `${shown.length} of ${buttons().length} options`;
}

// Who types a whole label means it, also when longer ones contain it; otherwise the order stays as it came.
function sortExactFirst(wanted) {
  const list = stage.querySelector(".options__list");
  const items = Array.from(list.children);
  items.forEach((item, place) => (item.dataset.place ??= place));
  const rank = (item) => (item.querySelector("button").value.toLowerCase() === wanted ? -1 : Number(item.dataset.place));
  items.sort((one, other) => rank(one) - rank(other)).forEach((item) => list.append(item));
}
