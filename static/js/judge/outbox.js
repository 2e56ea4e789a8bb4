// Verdicts on their way. Each is written down on this device before it is sent, carries an idempotency key, and is
// sent again until the server has answered: nothing is lost offline and nothing is recorded twice.
import { Unreachable, wordsOf } from "./api.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;

export class Outbox {
  // `owner` keeps the verdicts of two people, or of two studies, apart on a shared device.
  constructor(api, owner, { onProgress, onRefused, onWaiting, onClear }) {
    this.api = api;
    this.handlers = { onProgress, onRefused, onWaiting, onClear };
    this.prefix = `verdict ${owner} ${api.study} `;
    this.kept = new Map();
    this.wait = FIRST_WAIT;
    this.running = null;
    window.addEventListener("online", () => this.flush());
  }

  get items() {
    return [...this.kept.values()].sort((one, other) => one.at - other.at);
  }

  // One entry per verdict, so that two tabs never overwrite each other's.
  load() {
    try {
      Object.keys(localStorage)
        .filter((name) => name.startsWith(this.prefix))
        .forEach((name) => this.kept.set(name.slice(this.prefix.length), JSON.parse(localStorage.getItem(name))));
    } catch {
      // Private windows may refuse: verdicts are then kept as long as the page is open.
    }
  }

  add(verdict) {
    const item = { ...verdict, at: Date.now() };
    this.kept.set(item.idempotency_key, item);
    try {
      localStorage.setItem(this.prefix + item.idempotency_key, JSON.stringify(item));
    } catch {
      // As above.
    }
    return this.flush();
  }

  remove(item) {
    this.kept.delete(item.idempotency_key);
    try {
      localStorage.removeItem(this.prefix + item.idempotency_key);
    } catch {
      // As above.
    }
  }

  flush() {
    if (!this.running) this.running = this.send().finally(() => (this.running = null));
    return this.running;
  }

  async send() {
    clearTimeout(this.timer);
    this.load();
    while (this.kept.size) {
      const { at, ...verdict } = this.items[0];
      let answer;
      try {
        answer = await this.api.submit(verdict);
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        this.handlers.onWaiting(this.kept.size);
        this.timer = setTimeout(() => this.flush(), this.wait);
        this.wait = Math.min(2 * this.wait, LONGEST_WAIT);
        return false;
      }
      if (isLoginLost(answer)) {
        this.handlers.onWaiting(this.kept.size, true);
        return false;
      }
      this.remove(verdict);
      this.wait = FIRST_WAIT;
      if (answer.status >= 400) this.handlers.onRefused(wordsOf(answer));
      else this.handlers.onProgress(answer.body.progress);
    }
    this.handlers.onClear();
    return true;
  }
}

const GIVEN = "given back";

// Leases that a page gave back when it was left, for the next page of the same tab.
export function rememberGiven(leases) {
  try {
    sessionStorage.setItem(GIVEN, JSON.stringify(leases));
  } catch {
    // As above: a reload may then need a second look at the queue.
  }
}

export function recallGiven() {
  try {
    const leases = JSON.parse(sessionStorage.getItem(GIVEN)) || [];
    sessionStorage.removeItem(GIVEN);
    return leases;
  } catch {
    return [];
  }
}

// Logged out, or logged in again in another tab, which makes this page's token an old one.
function isLoginLost(answer) {
  if (answer.status === 401) return true;
  if (answer.status !== 403) return false;
  const error = answer.body && answer.body.error;
  return !error || error.code === "not_authenticated" || error.message.startsWith("CSRF");
}
