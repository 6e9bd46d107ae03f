/// Which of a user's uploads goes on while the user's memory is used up: one at a time, until its message is complete. Pure.
///
/// Without it, half-sent messages that are never completed would stop every other upload of the user for ever. The upload
/// that began to wait last goes first, because those that have waited for long may be those that nobody completes. One that
/// sends nothing in its turn is passed over. It keeps what it has sent, unless many are passed over: then the first of them
/// is ended, since each may have taken a message's size beyond the limit.
struct UploadTurns<Upload: Hashable & Sendable>: Sendable {
  /// How long an upload may be silent in its turn: ample for a process on the same host whose window was opened.
  static var patience: Duration { .milliseconds(100) }
  /// Uploads that may be passed over, and have not gone on since, before one of them is ended.
  static var maximumPassed: Int { 8 }
  /// How long an upload has after it was passed over before it may be ended.
  static var grace: Duration { .seconds(5) }

  enum Step: Hashable {
    /// Open the window of this upload: it is its turn.
    case run(Upload)
    /// End this upload, and ask again.
    case end(Upload)
    /// Ask again after this time.
    case wait(Duration)
    /// Nobody waits.
    case none
  }

  /// Who waits, in order. Entries of uploads that wait no longer, or wait anew, are skipped when they are met.
  private var order: [(upload: Upload, number: Int)] = []
  /// The numbers of the entries that count.
  private var waiting: [Upload: Int] = [:]
  private var lastNumber = 0
  private(set) var running: Upload?
  private var progress = MonotonicTime(nanoseconds: 0)
  private var passed: [(upload: Upload, time: MonotonicTime)] = []

  var isAnyWaiting: Bool { !waiting.isEmpty }
  /// Whether there is nobody to finish.
  var isIdle: Bool { waiting.isEmpty && running == nil && passed.isEmpty }

  /// An upload cannot go on until its window is opened.
  mutating func wait(_ upload: Upload) {
    guard upload != running, waiting[upload] == nil else { return }
    lastNumber += 1
    waiting[upload] = lastNumber
    order.append((upload, lastNumber))
  }

  /// Bytes of an upload have arrived.
  mutating func arrived(_ upload: Upload, now: @autoclosure () -> MonotonicTime) {
    if upload == running { progress = now() }
  }

  /// An upload has completed a message or has ended.
  mutating func finish(_ upload: Upload) {
    if upload == running { running = nil }
    passed.removeAll { $0.upload == upload }
    guard waiting.removeValue(forKey: upload) != nil, order.count > 2 * waiting.count + 16 else { return }
    order.removeAll { waiting[$0.upload] != $0.number }
  }

  private var last: Upload? {
    mutating get {
      while let entry = order.last, waiting[entry.upload] != entry.number { order.removeLast() }
      return order.last?.upload
    }
  }

  /// Decides what to do while the memory is used up.
  mutating func next(now: MonotonicTime) -> Step {
    if let running {
      let silence = now - progress
      guard silence >= Self.patience else { return .wait(Self.patience - silence) }
      self.running = nil
      passed.append((running, now))
    }
    guard let upload = last else { return .none }
    if passed.count >= Self.maximumPassed, !passed.contains(where: { $0.upload == upload }) {
      let age = now - passed[0].time
      guard age >= Self.grace else { return .wait(Self.grace - age) }
      return .end(passed.removeFirst().upload)
    }
    waiting[upload] = nil
    passed.removeAll { $0.upload == upload }
    running = upload
    progress = now
    return .run(upload)
  }

  /// Takes at most `count` uploads, the last first, whose windows may be opened because memory is free again.
  mutating func release(_ count: Int) -> [Upload] {
    running = nil
    passed = []
    var released: [Upload] = []
    while released.count < count, let upload = last {
      waiting[upload] = nil
      released.append(upload)
    }
    return released
  }
}
