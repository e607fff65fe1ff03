import { useEffect, useState } from 'preact/hooks';

/** Gone with the tab: whoever opens the page next has to have a key of their own. */
const PLACE = 'furiosa-api-key';

type Listener = (isWanted: boolean) => void;

const listeners = new Set<Listener>();
let isWanted = false;

/** Null where none was given. */
export function apiKey(): string | null {
  return sessionStorage.getItem(PLACE);
}

/** From now on the server is asked with this key. */
export function giveApiKey(key: string): void {
  sessionStorage.setItem(PLACE, key.trim());
  tell(false);
}

/** As `fetch`, with the key where there is one. A 401 has the page ask for one. */
export async function fetchWithKey(path: string, init: RequestInit = {}): Promise<Response> {
  const key = apiKey();
  const headers = new Headers(init.headers);
  if (key !== null) headers.set('authorization', `Bearer ${key}`);
  const response = await fetch(path, { ...init, headers });
  if (response.status === 401) tell(true);
  return response;
}

/** Whether the server wants a key that it was not given. */
export function useWanted(): boolean {
  const [wanted, setWanted] = useState(isWanted);
  useEffect(() => {
    listeners.add(setWanted);
    return () => void listeners.delete(setWanted);
  }, []);
  return wanted;
}

function tell(wanted: boolean): void {
  isWanted = wanted;
  for (const listener of [...listeners]) listener(wanted);
}
