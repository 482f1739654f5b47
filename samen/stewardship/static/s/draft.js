/* Keeps what is being typed, a few seconds after the last key. The button does the same without. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-draft]"), waiting = 0;
  if (!form || !window.fetch) return;
  var said = document.getElementById("draft");

  function keep() {
    var typed = new FormData(form);
    typed.append("draft", "1");
    fetch(form.action, { method: "POST", body: typed, headers: { Accept: "application/json" } })
      .then(function (answer) {
        said.textContent = answer.status === 204 ? said.dataset.kept : said.dataset.lost;
      })
      .catch(function () {
        said.textContent = said.dataset.lost;
      });
  }

  form.addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 3000);
  });
  form.addEventListener("submit", function () {
    clearTimeout(waiting);
  });
})();
