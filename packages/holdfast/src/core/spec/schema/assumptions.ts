import * as z from "zod";
import type { ComponentKind } from "../assumptions.ts";
import { componentKinds } from "../assumptions.ts";
import * as s from "./scalars.ts";

const WHOLE = "expected availability, or mtbf and mttr together";

/** One shape with optional keys rather than a union, so that a misspelt key is named and not the whole map refused. */
const figure = z
  .strictObject({
    availability: s.percent().exactOptional().meta({ description: "Part of the time in which it works." }),
    mtbf: s.duration().exactOptional().meta({ description: "Mean time between failures." }),
    mttr: s.duration().exactOptional().meta({ description: "Mean time to repair." }),
  })
  .refine(isWhole, { error: WHOLE })
  .meta({ id: "Figure", description: "`{ availability: 99.9% }` or `{ mtbf: 60d, mttr: 4h }`." });

function isWhole({ availability, mtbf, mttr }: { availability?: number; mtbf?: number; mttr?: number }): boolean {
  if (availability !== undefined) return availability > 0 && mtbf === undefined && mttr !== 0;
  return mtbf !== undefined && mtbf > 0 && mttr !== undefined;
}

const optionalFigure = (description: string) => figure.exactOptional().meta({ description });

const figures = Object.fromEntries(
  Object.entries(componentKinds).map(([kind, description]) => [kind, optionalFigure(description)]),
) as Record<ComponentKind, ReturnType<typeof optionalFigure>>;

export const assumptions = z
  .strictObject({
    figures: z.strictObject(figures).prefault({}).meta({ description: "How often parts fail, where you know better." }),
    peakCpuPerSite: s.cpu().exactOptional().meta({
      description: "CPU of the whole application at one site, at the busiest time and with every site up.",
    }),
  })
  .meta({ id: "Assumptions", description: "What predictions go by instead of our defaults." });
