/** A value of JSON as something to read: objects and lists open and close, and what is in them stands below. */
export function ConfigTree({ name, value }: { readonly name: string; readonly value: unknown }) {
  const children = childrenOf(value);
  if (children === null || children.length === 0) {
    return (
      <li>
        <span class="model-key">{name}</span>{' '}
        <code>{children === null ? JSON.stringify(value) : emptyOf(value)}</code>
      </li>
    );
  }
  return (
    <li>
      <details>
        <summary>
          <span class="model-key">{name}</span> <span class="faint">{children.length}</span>
        </summary>
        <ul class="model-tree">
          {children.map(([key, child]) => (
            <ConfigTree key={key} name={key} value={child} />
          ))}
        </ul>
      </details>
    </li>
  );
}

function emptyOf(value: unknown): string {
  return Array.isArray(value) ? '[]' : '{}';
}

/** Null for what has none and never could. */
function childrenOf(value: unknown): readonly (readonly [string, unknown])[] | null {
  if (typeof value !== 'object' || value === null) return null;
  return Object.entries(value);
}
