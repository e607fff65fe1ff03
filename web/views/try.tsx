export function TryIt({ model, version }: { readonly model: string; readonly version: string | null }) {
  return (
    <h1>
      {model} {version}
    </h1>
  );
}
