export function LoadTest({ model }: { readonly model: string | null }) {
  return <h1>Load {model}</h1>;
}
