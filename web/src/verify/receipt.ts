// A receipt of the public log with its proof file: the same steps, codes and words as `yichuang verify receipt`.
import { isContinued, isIncluded, isMet, leafHash, openNote, parsePolicy, parseProof, parseReceipt, PROOF_MARK, toBase64, writeReceipt, type Checkpoint, type Opened, type Policy, type Proof, type Receipt } from '../shared/tlog'
import { refuse } from './refusal'
import type { Continuation, Trust } from './trust'
import { localTime, type Outcome, type Reader, type Verdict } from './verify'

const isSame = (left: Uint8Array, right: Uint8Array) => left.length === right.length && left.every((byte, index) => byte === right[index])

/** What was pasted: a receipt, a proof file, or both, one after the other. */
export function split(text: string): { receipt: string; proof: string } {
  const at = text.indexOf(PROOF_MARK)
  return at < 0 ? { receipt: text, proof: '' } : { receipt: text.slice(0, at).trim(), proof: text.slice(at) }
}

function asked(text: string): { receipt: Receipt; proof?: Proof; entry: string } {
  const parts = split(text)
  const shown = parts.receipt ? parseReceipt(parts.receipt) : undefined
  if (parts.receipt && !shown) refuse('evidence.receipt_malformed', '回执的写法不对:应为“日志名称#序号.哈希”,请原样复制或扫描回执上的二维码', 'The receipt is malformed: it must read origin#index.hash. Copy it as printed, or scan its QR code.')
  if (!parts.proof) return { receipt: shown!, entry: '' }
  const proof = parseProof(parts.proof)
  if (!proof) refuse('tlog.proof_malformed', '证明文件格式不对或残缺', 'The proof file is malformed or cut short.')
  const end = proof.extra.indexOf('\n')
  const carried = end < 0 ? proof.extra : proof.extra.slice(0, end)
  const inside = carried ? parseReceipt(carried) : undefined
  if (carried && !inside) refuse('evidence.receipt_malformed', '证明文件所带的回执写法不对', 'The receipt in the proof file is malformed.')
  const receipt = shown ?? inside
  if (!receipt) refuse('verify.receipt_missing', '证明文件里没有回执,请把回执文字也贴上', 'The proof file carries no receipt: paste its text too.')
  if (receipt.index !== proof.index)
    refuse('verify.other_index', `回执的序号是 ${receipt.index},证明文件是第 ${proof.index} 条的,两者不是一回事`, `The receipt speaks of entry ${receipt.index}, the proof file of entry ${proof.index}.`)
  if (inside && writeReceipt(inside) !== writeReceipt(receipt))
    refuse('verify.other_leaf', '证明文件所带的回执与所出示的回执不同:同一序号,内容不同。请两份都保存,它们是凭据', 'The proof file carries another receipt than the one shown: same index, other content. Keep both: they are evidence.')
  return { receipt, proof, entry: end < 0 ? '' : proof.extra.slice(end + 1) }
}

function policyOf(trust: Trust): Policy {
  const policy = trust.log && parsePolicy(trust.log.policy)
  if (!policy) refuse('verify.policy_missing', '信任文件里没有公开日志的密钥;请打开更新的信任文件', "The trust file has no keys of the public log: open a newer one.")
  return policy
}

type Add = (outcome: Outcome, code: string, zh: string, en: string) => void

function addWitnesses(verdict: Verdict, add: Add, policy: Policy, opened: Opened) {
  const who = opened.witnesses.map((each) => each.name)
  const latest = Math.max(0, ...opened.witnesses.map((each) => each.at))
  const asOf = localTime(latest * 1000)
  if (latest) verdict.facts.push({ label: { zh: '见证时间', en: 'Witnessed at' }, value: asOf })
  if (policy.quorum === 'none')
    add('unknown', 'verify.no_witnesses', '信任策略不要求见证:只有本局签名,检查点也不带时间,不能证明本局没有给别人看另一本日志',
      'The policy asks for no witnesses: the bureau alone has signed, and without a time; that others are shown the same log is not proved')
  else if (!isMet(policy, opened.witnesses))
    add('unknown', 'verify.quorum_missing', `见证方的共签还不够数(已有:${who.join('、') || '无'});过一会儿重新下载证明文件`,
      `Not enough witnesses have cosigned yet (so far: ${who.join(', ') || 'none'}); fetch the proof file again later`)
  else add('good', 'verify.witnessed', `见证方已按策略共签:${who.join('、')},截至 ${asOf}`, `Enough witnesses have cosigned: ${who.join(', ')}, as of ${asOf}`)
}

/** The newest checkpoint of the log that this page brought along, or that was kept from an earlier visit. */
export function earlierOf(trust: Trust, origin: string): Checkpoint | undefined {
  const policy = policyOf(trust)
  return (trust.log?.checkpoints ?? []).map((note) => openNote(note, policy)?.checkpoint)
    .filter((each): each is Checkpoint => each?.origin === origin).sort((a, b) => Number(b.size - a.size))[0]
}

/** The sizes between which a proof of consistency is needed; undefined when none is. */
export function gap(text: string, trust: Trust): { origin: string; from: bigint; to: bigint } | undefined {
  const { receipt, proof } = asked(text)
  const now = proof && openNote(proof.checkpoint, policyOf(trust))?.checkpoint
  const earlier = earlierOf(trust, receipt.origin)
  if (!now || !earlier || earlier.size === now.size || earlier.size === 0n || now.size === 0n) return undefined
  return earlier.size < now.size ? { origin: receipt.origin, from: earlier.size, to: now.size } : { origin: receipt.origin, from: now.size, to: earlier.size }
}

function compare(add: Add, trust: Trust, present: Checkpoint) {
  const earlier = earlierOf(trust, present.origin)
  if (!earlier || earlier.size === 0n) {
    add('unknown', 'verify.earlier_missing', '没有以前保存的检查点:没有查日志此前的内容是否改动过',
      "There is no checkpoint kept from before: whether the log's earlier part was changed is not checked")
    return
  }
  const [old, now] = earlier.size <= present.size ? [earlier, present] : [present, earlier]
  if (old.size === now.size) {
    if (!isSame(old.root, now.root))
      refuse('verify.log_forked', `同是 ${now.size} 条,两份检查点的根哈希不同:日志被改过或有两本。两份都有签名,请保存,它们是凭据`,
        `Both checkpoints are of ${now.size} entries, with different roots: the log was changed, or there are two. Both are signed: keep them, they are evidence.`)
  } else {
    const fits = (each: Continuation) => each.origin === present.origin && BigInt(each.old_size) === old.size && BigInt(each.size) === now.size
    const continuation = trust.log?.continuations?.find(fits)
    if (!continuation) {
      add('unknown', 'verify.continuation_missing', `没有从 ${old.size} 条到 ${now.size} 条的一致性证明(联网打开本页会自动取得)`,
        `There is no proof at hand that the log of ${now.size} entries continues the one of ${old.size} (opened with network, this page fetches it)`)
      return
    }
    if (!isContinued(old, now, continuation.proof))
      refuse('tlog.consistency_wrong', '一致性证明不成立:日志此前的内容被改动过。请保存两份检查点,它们是凭据', 'The consistency proof does not hold: the earlier part of the log was changed. Keep both checkpoints: they are evidence.')
  }
  add('good', 'verify.consistent', `与以前保存的检查点一致:从 ${old.size} 条到 ${now.size} 条,只增不改`, `It continues the checkpoint kept from before: from ${old.size} to ${now.size} entries, only added to`)
}

function addEntry(verdict: Verdict, add: Add, receipt: Receipt, entry: string) {
  if (!entry) return add('unknown', 'verify.entry_missing', '证明文件没有带条目原文:没有查这一条写的是什么', 'The proof file does not carry the entry: what it says is not checked')
  if (!isSame(leafHash(entry), receipt.leaf)) return add('bad', 'verify.entry_changed', '证明文件所带的条目原文被改过:与回执的哈希不符', "The entry in the proof file was changed: its hash is not the receipt's")
  add('good', 'verify.entry_good', '条目原文与回执的哈希相符', "The entry's words are those the receipt stands for")
  verdict.facts.push({ label: { zh: '条目原文', en: 'The entry' }, value: entry })
}

function examine(verdict: Verdict, add: Add, text: string, trust: Trust) {
  const { receipt, proof, entry } = asked(text)
  verdict.facts.push({ label: { zh: '回执', en: 'Receipt' }, value: writeReceipt(receipt) })
  const policy = policyOf(trust)
  if (!policy.logs.some((each) => each.name === receipt.origin))
    refuse('verify.other_log', `回执是日志 ${receipt.origin} 的,不在本页信任的日志之中`, `The receipt is of the log ${receipt.origin}, which is not among those this page trusts.`)
  if (!proof) {
    verdict.state = 'unproved'
    add('unknown', 'verify.proof_missing', `没有证明文件:没有查这一步是否在日志里。请在能联网的设备上打开 https://${receipt.origin}/proof/${receipt.index}.tlog-proof,存下来,再在本页打开`,
      `There is no proof file: whether the step is in the log is not checked. Fetch https://${receipt.origin}/proof/${receipt.index}.tlog-proof on a device with network, keep it, and open it here`)
    return
  }
  const opened = openNote(proof.checkpoint, policy)
  if (!opened) refuse('tlog.signature_missing', '没有所信任的日志密钥对此检查点的签名', 'No trusted key of the log has signed this checkpoint.')
  const { checkpoint } = opened
  if (checkpoint.origin !== receipt.origin)
    refuse('verify.other_log', `回执是日志 ${receipt.origin} 的,证明文件是日志 ${checkpoint.origin} 的`, `The receipt is of the log ${receipt.origin}, the proof file of ${checkpoint.origin}.`)
  add('good', 'verify.checkpoint_good', `检查点由日志 ${checkpoint.origin} 的密钥签名,共 ${checkpoint.size} 条`, `The checkpoint is signed by the key of the log ${checkpoint.origin}; it covers ${checkpoint.size} entries`)
  if (!isIncluded(receipt, checkpoint, proof.path)) refuse('tlog.inclusion_wrong', '收录证明不成立:回执所指的内容不在这个检查点的日志里', 'The inclusion proof does not hold: what the receipt stands for is not in the log of this checkpoint.')
  add('good', 'verify.included', `第 ${receipt.index} 条在日志中,内容就是回执所指的`, `Entry ${receipt.index} is in the log, and is the one the receipt stands for`)
  verdict.state = 'included'
  verdict.facts.push({ label: { zh: '检查点根哈希', en: 'Root of the checkpoint' }, value: toBase64(checkpoint.root) })
  addEntry(verdict, add, receipt, entry)
  addWitnesses(verdict, add, policy, opened)
  compare(add, trust, checkpoint)
}

export const receiptReader: Reader = {
  recognises: (text) => text.includes(PROOF_MARK) || text.includes('/receipt#') || parseReceipt(text) !== undefined,
  verify(text, trust) {
    const verdict: Verdict = { kind: 'receipt', checks: [], state: '', facts: [], demonstration: trust.demonstration }
    const add: Add = (outcome, code, zh, en) => verdict.checks.push({ outcome, code, words: { zh, en } })
    try {
      examine(verdict, add, text, trust)
    } catch (error) {
      const refusal = error as { code?: string; words?: { zh: string; en: string } }
      if (!refusal.code || !refusal.words) throw error
      add('bad', refusal.code, refusal.words.zh, refusal.words.en)
    }
    return verdict
  },
}
