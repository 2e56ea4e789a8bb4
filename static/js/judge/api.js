// Calls of the REST API. A call either returns {status, body, headers} or throws Unreachable: the two cases that
// need different words are "the server said no" and "nobody answered".

export class Unreachable extends Error {}

export class Api {
  constructor(form) {
    this.study = form.dataset.api;
    this.leases = form.dataset.leasesApi;
    this.token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  }

  async call(method, url, body, options = {}) {
    let response;
    try {
      response = await fetch(url, {
        method,
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token },
        body: body === undefined ? undefined : JSON.stringify(body),
        ...options,
      });
    } catch (error) {
      throw new Unreachable(String(error));
    }
    if (response.status >= 500 || response.status === 429) throw new Unreachable(`status ${response.status}`);
    const isJson = (response.headers.get("Content-Type") || "").includes("json");
    return { status: response.status, body: isJson ? await response.json() : null, headers: response.headers };
  }

  claim(holding) {
    return this.call("POST", `${this.study}/leases`, { holding });
  }

  undo() {
    return this.call("POST", `${this.study}/undo`, {});
  }

  show(lease) {
    return this.call("POST", `${this.leases}${lease}/show`, {});
  }

  renew(lease) {
    return this.call("PATCH", `${this.leases}${lease}`);
  }

  release(lease, options) {
    return this.call("DELETE", `${this.leases}${lease}`, undefined, options);
  }

  submit({ lease, ...verdict }) {
    // keepalive: a verdict given just before the page is closed still arrives.
    return this.call("POST", `${this.leases}${lease}/verdict`, verdict, { keepalive: true });
  }

  skip(lease, reason) {
    return this.call("POST", `${this.leases}${lease}/skip`, { reason });
  }
}

export function wordsOf(answer) {
  return answer.body && answer.body.error ? answer.body.error.message : `The server answered ${answer.status}.`;
}
