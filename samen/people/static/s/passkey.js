/* Passkeys need a script; a code from an app does not, and is offered beside them. */
(function () {
  "use strict";
  var ask = window.webauthnJSON;
  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      var answer = form.querySelector("input[name=credential]");
      event.preventDefault();
      ask[form.dataset.passkey](JSON.parse(form.dataset.options)).then(function (credential) {
        answer.value = JSON.stringify(credential);
        form.submit();
      }).catch(function () {
        form.querySelector("[role=alert]").hidden = false;
      });
    });
  });
})();
