// "Save as PNG" beside a chart: draws the chart's SVG file onto a canvas of twice its size, and saves that.
(function () {
  "use strict";
  const SCALE = 2;

  async function save(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(answer.status);
    const picture = new Image();
    picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(await answer.text());
    await picture.decode();
    const canvas = document.createElement("canvas");
    canvas.width = picture.width * SCALE;
    canvas.height = picture.height * SCALE;
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const link = document.createElement("a");
    link.href = canvas.toDataURL("image/png");
    const named = /filename="([^"]+)\.svg"/.exec(answer.headers.get("Content-Disposition") || "");
    link.download = (named ? named[1] : "chart") + ".png";
    link.click();
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-png]");
    if (!button) return;
    button.disabled = true;
    save(button.dataset.png)
      .catch(function () { button.textContent = "That did not work: save as SVG instead"; })
      .finally(function () { button.disabled = false; });
  });
})();
