/// The comments around a declaration, without their comment marks. Empty where the descriptor carries no source.
package struct SourceComments: Sendable, Hashable {
  /// The comment right before the declaration; empty when there is none.
  package var leading = ""
  /// The comment on the same line or right after.
  package var trailing = ""
  /// Comments before ``leading``, set apart by blank lines.
  package var detached: [String] = []
}
