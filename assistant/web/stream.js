// Keeps events of Gradio from being lost. The server closes the stream of answers of a page when none is awaited;
// a question sent at that very moment, above all while the page opens, would wait for ever for its answer, since the
// client believes that the stream is still there. So: when the stream closes while an event is awaited, it is opened
// again under the client's feet; and no event is announced to the client while a stream is closing.
"use strict";

(() => {
  const fetched = window.fetch;
  const awaited = new Set();  // ids of events that were sent and are not finished
  const early = new Set();    // ids of events that were finished before the server said that it took them
  const sending = new Set();  // events on their way
  let closing = Promise.resolve();
  const CLOSED_MS = 60;  // more than the client needs to take note that its stream is closed

  const address = (input) => new URL(input instanceof Request ? input.url : String(input), location.href).pathname;

  const join = async (input, init) => {
    const sent = fetched(input, init);
    sending.add(sent);
    try {
      const answer = await sent;
      if (answer.ok) {
        const { event_id: id } = await answer.clone().json();
        if (!early.delete(id)) awaited.add(id);
      }
      dispatchEvent(new Event("reached"));
      return answer;
    } catch (error) {
      dispatchEvent(new Event("unreachable"));
      throw error;
    } finally {
      sending.delete(sent);
      await closing;
    }
  };

  // true when the message says that the server closes the stream
  const closes = (message) => {
    const completed = message.includes("process_completed");
    if (!completed && !message.includes("close_stream")) return false;
    try {
      const said = JSON.parse(message.replace(/^data:\s*/, ""));
      if (said.msg === "process_completed" && !awaited.delete(said.event_id)) early.add(said.event_id);
      return said.msg === "close_stream";
    } catch {
      return false;
    }
  };

  const listen = async (input, init) => {
    const first = new Request(input, init);
    const again = first.clone();
    const answer = await fetched(first);
    if (!answer.ok || !answer.body) return answer;
    const whole = new TransformStream();
    const writer = whole.writable.getWriter();
    const encoder = new TextEncoder();

    const pass = async (body) => {
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      let kept = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return "";
        const messages = (kept + value).split("\n\n");
        kept = messages.pop();
        for (const message of messages) {
          if (closes(message)) return message;
          await writer.write(encoder.encode(`${message}\n\n`));
        }
      }
    };

    (async () => {
      let last = await pass(answer.body);
      for (;;) {
        await Promise.allSettled([...sending]);
        if (!last || !awaited.size) break;
        last = await pass((await fetched(again.clone())).body);
      }
      closing = new Promise((resolve) => setTimeout(resolve, CLOSED_MS));
      if (last) await writer.write(encoder.encode(`${last}\n\n`));
      await writer.close();
    })().catch((error) => (first.signal.aborted ? writer.close() : writer.abort(error))).catch(() => {});
    return new Response(whole.readable, { status: answer.status, headers: answer.headers });
  };

  window.fetch = (input, init) => {
    const path = address(input);
    if (path.endsWith("/queue/join")) return join(input, init);
    if (path.endsWith("/queue/data")) return listen(input, init);
    return fetched(input, init);
  };
})();
