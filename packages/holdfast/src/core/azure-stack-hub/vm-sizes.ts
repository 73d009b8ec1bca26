/** A size of virtual machine that Azure Stack Hub offers. */
export interface VmSize {
  readonly name: string;
  readonly vCpus: number;
  readonly memoryGiB: number;
  /** Whether premium managed disks can be attached. */
  readonly premiumDisks: boolean;
  readonly dataDisksMax: number;
  readonly networkInterfacesMax: number;
  /** Absent: every Hub has it. */
  readonly minHubVersion?: "2102";
}

/** Resource Manager compares names without case. Undefined: the Hub has no such size. */
export function vmSizeOf(name: string): VmSize | undefined {
  return byName.get(name.toLowerCase());
}

type Row = readonly [
  name: string,
  vCpus: number,
  memoryGiB: number,
  dataDisksMax: number,
  networkInterfacesMax: number,
];

/** MicrosoftDocs/azure-stack-docs azure-stack/user/azure-stack-vm-sizes.md (03/2022). Those with standard disks only. */
const standard: readonly Row[] = [
  ["Basic_A0", 1, 0.75, 1, 2],
  ["Basic_A1", 1, 1.75, 2, 2],
  ["Basic_A2", 2, 3.5, 4, 2],
  ["Basic_A3", 4, 7, 8, 2],
  ["Basic_A4", 8, 14, 16, 2],
  ["Standard_A0", 1, 0.768, 1, 2],
  ["Standard_A1", 1, 1.75, 2, 2],
  ["Standard_A2", 2, 3.5, 4, 2],
  ["Standard_A3", 4, 7, 8, 2],
  ["Standard_A4", 8, 14, 16, 4],
  ["Standard_A5", 2, 14, 4, 2],
  ["Standard_A6", 4, 28, 8, 2],
  ["Standard_A7", 8, 56, 16, 2],
  ["Standard_A1_v2", 1, 2, 2, 2],
  ["Standard_A2_v2", 2, 4, 4, 2],
  ["Standard_A4_v2", 4, 8, 8, 4],
  ["Standard_A8_v2", 8, 16, 16, 8],
  ["Standard_A2m_v2", 2, 16, 4, 2],
  ["Standard_A4m_v2", 4, 32, 8, 4],
  ["Standard_A8m_v2", 8, 64, 16, 8],
  ["Standard_D1", 1, 3.5, 4, 2],
  ["Standard_D2", 2, 7, 8, 2],
  ["Standard_D3", 4, 14, 16, 4],
  ["Standard_D4", 8, 28, 32, 8],
  ["Standard_D1_v2", 1, 3.5, 4, 2],
  ["Standard_D2_v2", 2, 7, 8, 2],
  ["Standard_D3_v2", 4, 14, 16, 4],
  ["Standard_D4_v2", 8, 28, 32, 8],
  ["Standard_D5_v2", 16, 56, 64, 8],
  ["Standard_F1", 1, 2, 4, 2],
  ["Standard_F2", 2, 4, 8, 2],
  ["Standard_F4", 4, 8, 16, 4],
  ["Standard_F8", 8, 16, 32, 8],
  ["Standard_F16", 16, 32, 64, 8],
  ["Standard_D11", 2, 14, 8, 2],
  ["Standard_D12", 4, 28, 16, 4],
  ["Standard_D13", 8, 56, 32, 8],
  ["Standard_D14", 16, 112, 64, 8],
  ["Standard_D11_v2", 2, 14, 8, 2],
  ["Standard_D12_v2", 4, 28, 16, 4],
  ["Standard_D13_v2", 8, 56, 32, 8],
  ["Standard_D14_v2", 16, 112, 64, 8],
  ["Standard_D2_v3", 2, 8, 4, 2],
  ["Standard_D4_v3", 4, 16, 8, 2],
  ["Standard_D8_v3", 8, 32, 16, 4],
  ["Standard_D16_v3", 16, 64, 32, 8],
  ["Standard_D32_v3", 32, 128, 32, 8],
  ["Standard_E2_v3", 2, 16, 4, 2],
  ["Standard_E4_v3", 4, 32, 8, 2],
  ["Standard_E8_v3", 8, 64, 16, 4],
  ["Standard_E16_v3", 16, 128, 32, 8],
];

const premium: readonly Row[] = [
  ["Standard_DS1", 1, 3.5, 4, 2],
  ["Standard_DS2", 2, 7, 8, 2],
  ["Standard_DS3", 4, 14, 16, 4],
  ["Standard_DS4", 8, 28, 32, 8],
  ["Standard_DS1_v2", 1, 3.5, 4, 2],
  ["Standard_DS2_v2", 2, 7, 8, 2],
  ["Standard_DS3_v2", 4, 14, 16, 4],
  ["Standard_DS4_v2", 8, 28, 32, 8],
  ["Standard_DS5_v2", 16, 56, 64, 8],
  ["Standard_F1s", 1, 2, 4, 2],
  ["Standard_F2s", 2, 4, 8, 2],
  ["Standard_F4s", 4, 8, 16, 4],
  ["Standard_F8s", 8, 16, 32, 8],
  ["Standard_F16s", 16, 32, 64, 8],
  ["Standard_F2s_v2", 2, 4, 4, 2],
  ["Standard_F4s_v2", 4, 8, 8, 2],
  ["Standard_F8s_v2", 8, 16, 16, 4],
  ["Standard_F16s_v2", 16, 32, 32, 4],
  ["Standard_F32s_v2", 32, 64, 32, 8],
  ["Standard_F64s_v2", 64, 128, 32, 8],
  ["Standard_DS11", 2, 14, 8, 2],
  ["Standard_DS12", 4, 28, 16, 4],
  ["Standard_DS13", 8, 56, 32, 8],
  ["Standard_DS14", 16, 112, 64, 8],
  ["Standard_DS11_v2", 2, 14, 8, 2],
  ["Standard_DS12_v2", 4, 28, 16, 4],
  ["Standard_DS13_v2", 8, 56, 32, 8],
  ["Standard_DS14_v2", 16, 112, 64, 8],
  ["Standard_DS11-1_v2", 1, 14, 8, 2],
  ["Standard_DS12-1_v2", 1, 28, 16, 2],
  ["Standard_DS12-2_v2", 2, 28, 16, 2],
  ["Standard_DS13-2_v2", 2, 56, 32, 4],
  ["Standard_DS13-4_v2", 4, 56, 32, 8],
  ["Standard_DS14-4_v2", 4, 112, 64, 8],
  ["Standard_DS14-8_v2", 8, 112, 64, 8],
];

/** The third version of each family, and sizes with fewer cores than their memory would have. */
const SINCE_2102 = /_v3$|\d-\d/;

export const vmSizes: readonly VmSize[] = [
  ...standard.map((row) => vmSize(row, false)),
  ...premium.map((row) => vmSize(row, true)),
];

const byName = new Map(vmSizes.map((size) => [size.name.toLowerCase(), size]));

function vmSize([name, vCpus, memoryGiB, dataDisksMax, networkInterfacesMax]: Row, premiumDisks: boolean): VmSize {
  const size = { name, vCpus, memoryGiB, premiumDisks, dataDisksMax, networkInterfacesMax };
  return SINCE_2102.test(name) ? { ...size, minHubVersion: "2102" } : size;
}
