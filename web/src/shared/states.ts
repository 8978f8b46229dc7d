/// The colour that goes with a state's words; the words carry the meaning.
export function stateColour(state: string): string {
  switch (state) {
    case 'issued': case 'finished': case 'granted': case 'decided': return 'good'
    case 'correction_requested': case 'rectifying': case 'drafted': return 'warn'
    case 'refused': case 'not_accepted': case 'revoked': case 'cancelled': return 'bad'
    case 'submitted': case 'accepted': return 'info'
    default: return ''
  }
}
