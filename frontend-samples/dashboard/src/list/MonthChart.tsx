import { formatMonth } from "../shared/dates";
import { formatMoney } from "../shared/money";
import type { Tile } from "./tiles";

const WIDTH = 120;
const HEIGHT = 32;
const GAP = 2;

/** A bar for each month, of what was invoiced in it. */
export function MonthChart({ currency, digits, months }: Tile) {
  const most = Math.max(1, ...months.map(({ total }) => total));
  const step = WIDTH / Math.max(1, months.length);
  const last = months.at(-1);
  const told = last ? `Invoiced by month; ${formatMonth(last.month)}: ${formatMoney(last.total, currency, digits)}` : "Nothing invoiced";
  return (
    <svg className="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={told}>
      {months.map(({ month, total }, index) => {
        const height = Math.max(1, (Math.max(0, total) / most) * HEIGHT);
        return (
          <rect key={month} x={index * step} y={HEIGHT - height} width={Math.max(1, step - GAP)} height={height} rx="1">
            <title>{`${formatMonth(month)}: ${formatMoney(total, currency, digits)}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}
