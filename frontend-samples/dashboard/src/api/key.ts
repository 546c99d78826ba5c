// The API key, kept for this tab only. The demonstration needs none.

const NAME = "invoice-graph key";

export function authorization(): string | undefined {
  const key = sessionStorage.getItem(NAME);
  return key ? `Bearer ${key}` : undefined;
}

export function keepKey(key: string): void {
  sessionStorage.setItem(NAME, key);
}
