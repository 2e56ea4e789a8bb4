// Verdicts on their way. Each is written down on this device before it is sent, carries an idempotency key, and is
// sent again until the server has answered: nothing is lost offline and nothing is recorded twice.
import { Unreachable, wordsOf } from "./api.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;

export class Outbox {
  constructor(api, { onProgress, onRefused, onWaiting, onClear }) {
    this.api = api;
    this.handlers = { onProgress, onRefused, onWaiting, onClear };
    this.key = `verdicts ${api.study}`;
    this.items = this.read();
    this.wait = FIRST_WAIT;
    this.running = null;
    window.addEventListener("online", () => this.flush());
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) || [];
    } catch {
      return [];
    }
  }

  write() {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.items));
    } catch {
      // Private windows may refuse: the verdict is then kept as long as the page is open.
    }
  }

  add(verdict) {
    this.items.push(verdict);
    this.write();
    return this.flush();
  }

  flush() {
    if (!this.running) this.running = this.send().finally(() => (this.running = null));
    return this.running;
  }

  async send() {
    clearTimeout(this.timer);
    while (this.items.length) {
      let answer;
      try {
        answer = await this.api.submit(this.items[0]);
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        this.handlers.onWaiting(this.items.length);
        this.timer = setTimeout(() => this.flush(), this.wait);
        this.wait = Math.min(2 * this.wait, LONGEST_WAIT);
        return false;
      }
      if (answer.status === 401 || (answer.status === 403 && isLoginLost(answer))) {
        this.handlers.onWaiting(this.items.length, true);
        return false;
      }
      this.items.shift();
      this.write();
      this.wait = FIRST_WAIT;
      if (answer.status >= 400) this.handlers.onRefused(wordsOf(answer));
      else this.handlers.onProgress(answer.body.progress);
    }
    this.handlers.onClear();
    return true;
  }
}

function isLoginLost(answer) {
  return !answer.body || !answer.body.error || answer.body.error.code === "not_authenticated";
}
