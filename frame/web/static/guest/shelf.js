// What was picked and is not sent yet, kept by the browser: if the tab is killed, the next one goes on. Where the
// browser does not keep files (private windows, a full phone), everything else works all the same.

const NAME = "wakeframe", STORE = "picked";

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key", autoIncrement: true });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
  });
}

async function ask(mode, what) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const step = database.transaction(STORE, mode);
      const asked = what(step.objectStore(STORE));
      step.oncomplete = () => resolve(asked.result);
      step.onabort = step.onerror = () => reject(step.error || asked.error);
    });
  } finally {
    database.close();
  }
}

// The key under which it is kept, or null where it cannot be.
export async function keep(picked) {
  try {
    return await ask("readwrite", (store) => store.put(picked));
  } catch {
    return null;
  }
}

export async function kept() {
  try {
    return await ask("readonly", (store) => store.getAll());
  } catch {
    return [];
  }
}

export async function drop(key) {
  if (key === null || key === undefined) return;
  try {
    await ask("readwrite", (store) => store.delete(key));
  } catch {
    // It stays, is offered again at the next start, and found to be there already.
  }
}
