/* Leave at once, and leave none of our pages behind in this tab. Everything works without this. */
(function () {
  "use strict";
  var link = document.getElementById("leave"), KEY = "v", presses = 0, since = 0;
  if (!link) return;
  var exit = link.href;

  function blank() {
    document.title = "\u200b";
    document.body.hidden = true;
  }

  /* On our first entry: overwrite it, cut everything ahead of it, and go. */
  function finish() {
    blank();
    sessionStorage.removeItem(KEY);
    history.replaceState(null, "", exit);
    history.pushState(null, "", exit);
    location.replace(exit);
  }

  function leave() {
    blank();
    var steps = window.navigation && navigation.currentEntry ? navigation.currentEntry.index : -1;
    if (steps < 0) return location.replace(exit);
    if (steps === 0) return finish();
    try {
      sessionStorage.setItem(KEY, "1");
    } catch (_) {
      return location.replace(exit);
    }
    history.go(-steps);
    setTimeout(finish, 2500);
  }

  function unwinding() {
    try {
      if (sessionStorage.getItem(KEY)) finish();
    } catch (_) { /* storage is closed: nothing was started here */ }
  }

  link.addEventListener("click", function (event) {
    event.preventDefault();
    leave();
  });
  addEventListener("pageshow", unwinding);
  unwinding();

  /* Shift or Escape three times within five seconds, never while somebody is typing. */
  addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.nodeName) || event.target.isContentEditable;
    var mixed = event.ctrlKey || event.altKey || event.metaKey;
    if (typing || mixed || event.repeat || !/^(Shift|Escape)$/.test(event.key)) {
      presses = 0;
      return;
    }
    if (event.timeStamp - since > 5000) presses = 0;
    since = presses ? since : event.timeStamp;
    presses += 1;
    document.getElementById("count").textContent =
      presses < 3 ? link.dataset.more.replace("#", 3 - presses) : "";
    if (presses === 3) leave();
  });
})();
