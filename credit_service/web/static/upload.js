// Makes the upload form show what was chosen and how far the upload is. Without it the form works all the same.
(function () {
  "use strict";

  function sizeOf(bytes) {
    return bytes < 1048576 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1048576).toFixed(1) + " MB";
  }

  function showChosen(input, list) {
    list.replaceChildren();
    for (const file of input.files) {
      const line = document.createElement("li");
      line.textContent = file.name + "（" + sizeOf(file.size) + "）";
      list.append(line);
    }
    list.hidden = input.files.length === 0;
  }

  function isTooMuch(form) {
    const zone = form.querySelector("[data-drop]");
    const total = Array.from(form.querySelector("input[type=file]").files).reduce((sum, file) => sum + file.size, 0);
    const is = total > Number(zone.dataset.limit);
    zone.querySelector("[data-too-much]").hidden = !is;
    return is;
  }

  function takeDropped(input, dropped) {
    const kept = new DataTransfer();
    for (const file of dropped) {
      kept.items.add(file);
      if (!input.multiple) break;
    }
    if (kept.files.length > 0) {
      input.files = kept.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  function watchDrop(zone, input) {
    let inside = 0;
    const mark = (by) => {
      inside = Math.max(0, inside + by);
      zone.classList.toggle("is-over", inside > 0);
    };
    zone.addEventListener("dragenter", (event) => { event.preventDefault(); mark(1); });
    zone.addEventListener("dragleave", () => mark(-1));
    zone.addEventListener("dragover", (event) => event.preventDefault());
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      mark(-inside);
      takeDropped(input, event.dataTransfer.files);
    });
  }

  // The answer is another page: go there where it has an address of its own, else show it in place of this one.
  function showAnswer(request, form) {
    const isElsewhere = request.responseURL && new URL(request.responseURL).pathname !== new URL(form.action).pathname;
    if (isElsewhere) {
      window.location.assign(request.responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const main = document.querySelector("main");
    document.title = page.title;
    main.replaceWith(page.querySelector("main"));
    const shown = document.querySelector("main");
    if (window.htmx) window.htmx.process(shown);
    prepareAll(shown);
    window.scrollTo(0, 0);
    shown.focus();
  }

  function send(form, submitter) {
    const body = new FormData(form, submitter);
    const sending = form.querySelector("[data-sending]");
    const bar = sending.querySelector("progress");
    const sent = sending.querySelector("[data-sent]");
    const buttons = form.querySelectorAll("button");
    const request = new XMLHttpRequest();
    const lock = (is) => {
      buttons.forEach((button) => { button.disabled = is; });
      form.setAttribute("aria-busy", String(is));
      sending.hidden = !is;
    };
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = Math.round((100 * event.loaded) / event.total);
      sent.textContent = sizeOf(event.loaded) + " / " + sizeOf(event.total);
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      sent.textContent = "已传完，等待服务器接收";
    });
    request.addEventListener("load", () => { lock(false); showAnswer(request, form); });
    request.addEventListener("error", () => {
      lock(false);
      sending.hidden = false;
      sent.textContent = "中断了，文件没有传完。请检查网络后再点一次上传。";
      bar.hidden = true;
    });
    bar.hidden = false;
    bar.value = 0;
    lock(true);
    request.send(body);
  }

  function prepare(form) {
    if (form.dataset.ready) return;
    form.dataset.ready = "yes";
    const input = form.querySelector("input[type=file]");
    const list = form.querySelector("[data-chosen]");
    watchDrop(form.querySelector("[data-drop]"), input);
    input.addEventListener("change", () => showChosen(input, list));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!isTooMuch(form)) send(form, event.submitter);
    });
    showChosen(input, list);
  }

  function prepareAll(root) {
    root.querySelectorAll("form[data-upload]").forEach(prepare);
  }

  prepareAll(document);
})();
