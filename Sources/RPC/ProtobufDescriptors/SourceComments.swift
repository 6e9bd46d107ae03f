/// The comments around a declaration, without comment marks. Empty if the descriptor has no source info.
package struct SourceComments: Sendable, Hashable {
  /// The comment directly before the declaration; empty if there is none.
  package var leading = ""
  /// The comment on the same line or directly after.
  package var trailing = ""
  /// Comments before ``leading``, separated by blank lines.
  package var detached: [String] = []
}
