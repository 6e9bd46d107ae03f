import Glibc
package import Ledger
package import LedgerEngine

/// A moment at which `creditsd` can be made to die as by a power cut, to show that after a restart all ends as if it
/// had not: before and after each commit, and each question to the processor.
package enum Failpoint: Hashable, Sendable {
  /// The batch that holds such a record is decided, and not durable.
  case beforeCommit(RecordKind)
  /// It is durable, and nobody knows.
  case afterCommit(RecordKind)
  case beforeAsking(ProcessorRequest)
  /// The processor has answered, and the answer is nowhere.
  case afterAsking(ProcessorRequest)
  /// A caller of `credits.v1` is being answered; whether the answer still leaves is open.
  case reply
}

extension Failpoint: CaseIterable {
  package static let allCases: [Failpoint] =
    RecordKind.allCases.flatMap { [.beforeCommit($0), .afterCommit($0)] }
    + ProcessorRequest.allCases.flatMap { [.beforeAsking($0), .afterAsking($0)] } + [.reply]
}

extension Failpoint: RawRepresentable, CustomStringConvertible {
  /// For example `after-commit-recharge-started` or `before-create-charge`.
  package var rawValue: String {
    switch self {
    case .beforeCommit(let kind): "before-commit-" + Self.name(kind)
    case .afterCommit(let kind): "after-commit-" + Self.name(kind)
    case .beforeAsking(let request): "before-" + request.rawValue
    case .afterAsking(let request): "after-" + request.rawValue
    case .reply: "reply"
    }
  }

  package init?(rawValue: String) {
    guard let failpoint = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = failpoint
  }

  package var description: String { rawValue }

  private static func name(_ kind: RecordKind) -> String {
    String(kind.rawValue.map { $0 == "_" ? "-" : Character($0.lowercased()) })
  }
}

extension Failpoint {
  /// Ends the process at once if it is at `self`: nothing is written, flushed or told.
  package func hit(_ here: Failpoint) {
    guard here == self else { return }
    kill(getpid(), SIGKILL)
    // Signals to oneself are delivered before kill(2) returns, to one thread at least: this one must not go on.
    while true { pause() }
  }

  /// For `Committer`.
  package func commits(_ moment: Committer.CommitMoment, _ records: [JournalRecord]) {
    for record in records {
      switch moment {
      case .before: hit(.beforeCommit(record.kind))
      case .after: hit(.afterCommit(record.kind))
      }
    }
  }
}
