// Live numbers: asks for news only while somebody looks, and keeps what the reader has unfolded.
(function () {
  "use strict";
  const root = document.getElementById("dashboard");
  const live = document.getElementById("live");
  if (!root || !live) return;
  live.closest("[hidden]").hidden = false;
  let unfolded = [];

  root.addEventListener("htmx:beforeRequest", function (event) {
    if (event.target === root && (document.hidden || !live.checked)) event.preventDefault();
  });
  root.addEventListener("htmx:configRequest", function (event) {
    const seen = root.querySelector("[data-token]");
    if (event.target === root && seen) event.detail.parameters.seen = seen.dataset.token;
  });
  root.addEventListener("htmx:beforeSwap", function () {
    unfolded = Array.from(root.querySelectorAll("details[open][id]"), (details) => details.id);
  });
  root.addEventListener("htmx:afterSwap", function () {
    unfolded.forEach(function (id) {
      const details = document.getElementById(id);
      if (details) details.open = true;
    });
  });
})();
