import Ledger
import LedgerEngine
import SeededRandom
import Synchronization
import Testing

@Suite("The ledger's clock")
struct LedgerClockTests {
  private static let day: Double = 86_400
  private static let decade = 3652 * day
  /// When the tables begin, and how long the host has been up then, in microseconds.
  private static let start: Int64 = 1_700_000_000_000_000
  private static let startUptime: Int64 = 1_000_000_000

  private static func microseconds(_ seconds: Double) -> Int64 { Int64((seconds * 1_000_000).rounded()) }
  private static func duration(_ seconds: Double) -> Duration { .microseconds(microseconds(seconds)) }

  /// A reading some seconds after the start, with a wall clock that is wrong by `error` seconds.
  private static func reading(_ seconds: Double, error: Double) -> ClockReading {
    ClockReading(
      wall: LedgerTime(microseconds: start + microseconds(seconds + error)),
      uptime: startUptime + microseconds(seconds)
    )
  }

  /// Readings of the host's clocks and the expected ledger times. All numbers are seconds; wall clocks and ledger times are
  /// differences from the true time.
  struct Script: CustomTestStringConvertible, Sendable {
    struct Row: Sendable {
      /// The true time that passes before this reading.
      var passed: Double
      var wallError: Double
      var ledger: Double
      var report: ClockReport?
      var isDoubtful: Bool
    }

    var name: String
    /// How long before the start the last commit was.
    var lastCommit: Double = 1
    /// How far ledger time was ahead at the last commit, by the mark of the process before. Nil for no mark.
    var mark: Double?
    var opening: (wallError: Double, ledger: Double, report: ClockReport?) = (0, 0, nil)
    var rows: [Row] = []

    var testDescription: String { name }
  }

  private static func after(
    _ passed: Double,
    wall wallError: Double,
    ledger: Double,
    says report: ClockReport? = nil,
    isDoubtful: Bool = false
  ) -> Script.Row {
    Script.Row(passed: passed, wallError: wallError, ledger: ledger, report: report, isDoubtful: isDoubtful)
  }

  private static let scripts: [Script] = [
    Script(
      name: "follows a correct wall clock, also over an hour without a reading",
      rows: [after(0.001, wall: 0, ledger: 0), after(1, wall: 0, ledger: 0), after(3600, wall: 0, ledger: 0)]
    ),
    Script(
      name: "follows the corrections of a time server at once",
      rows: [after(1, wall: 0.25, ledger: 0.25), after(1, wall: 300, ledger: 300), after(1, wall: 300, ledger: 300)]
    ),
    Script(
      name: "runs a hundredth slower while the wall clock is behind, and never stands still",
      rows: [
        after(1, wall: -60, ledger: -0.01), after(100, wall: -60, ledger: -1.01),
        after(5000, wall: -60, ledger: -51.01),
        after(1000, wall: -60, ledger: -60), after(1, wall: -60, ledger: -60),
      ]
    ),
    Script(
      name: "follows a day ahead when it has stood for 10 minutes",
      rows: [
        after(1, wall: day, ledger: 0, says: .stepped(by: duration(day)), isDoubtful: true),
        after(300, wall: day, ledger: 0, isDoubtful: true),
        after(299, wall: day + 1, ledger: 0, isDoubtful: true),
        after(1, wall: day + 1, ledger: day + 1, says: .stepFollowed(by: duration(day + 1))),
        after(1, wall: day + 1, ledger: day + 1),
      ]
    ),
    Script(
      name: "ignores ten years ahead that were taken back, and waits 10 minutes again for the next step",
      rows: [
        after(1, wall: decade, ledger: 0, says: .stepped(by: duration(decade)), isDoubtful: true),
        after(599, wall: 0, ledger: 0, says: .agrees),
        after(1, wall: decade, ledger: 0, says: .stepped(by: duration(decade)), isDoubtful: true),
        after(599, wall: decade, ledger: 0, isDoubtful: true),
        after(1, wall: 0, ledger: 0, says: .agrees),
      ]
    ),
    Script(
      name: "waits 10 minutes again when a step moves, and reports it once",
      rows: [
        after(1, wall: day, ledger: 0, says: .stepped(by: duration(day)), isDoubtful: true),
        after(500, wall: 2 * day, ledger: 0, isDoubtful: true),
        after(599, wall: 2 * day, ledger: 0, isDoubtful: true),
        after(1, wall: 2 * day, ledger: 2 * day, says: .stepFollowed(by: duration(2 * day))),
      ]
    ),
    Script(
      name: "runs on through a day back, a hundredth slower once that has stood for 10 minutes",
      rows: [
        after(1, wall: -day, ledger: 0, says: .stepped(by: duration(-day)), isDoubtful: true),
        after(599, wall: -day, ledger: 0, isDoubtful: true),
        after(1, wall: -day, ledger: -0.01, says: .stepFollowed(by: duration(-day)), isDoubtful: true),
        after(100, wall: -day, ledger: -1.01, isDoubtful: true),
        // A correction that does not move ledger time is followed at once.
        after(1, wall: -0.5, ledger: -1.01 + 0.51, says: .agrees),
      ]
    ),
    Script(
      name: "does not jump when a day back is corrected",
      rows: [
        after(1, wall: -day, ledger: 0, says: .stepped(by: duration(-day)), isDoubtful: true),
        after(60, wall: 0, ledger: 0, says: .agrees),
      ]
    ),
    Script(
      name: "doubts small steps that add up within 10 minutes",
      rows: [
        after(1, wall: 200, ledger: 200),
        after(1, wall: 400, ledger: 200, says: .stepped(by: duration(400)), isDoubtful: true),
        after(600, wall: 400, ledger: 400, says: .stepFollowed(by: duration(400))),
        after(1, wall: 600, ledger: 600),
      ]
    ),
    Script(
      name: "follows small steps that are 10 minutes apart",
      rows: [
        after(600, wall: 200, ledger: 200), after(600, wall: 400, ledger: 400), after(600, wall: 600, ledger: 600),
      ]
    ),
    Script(
      name: "runs on from a commit that is dated ten years ahead",
      lastCommit: -decade,
      opening: (0, decade, .openedAhead(by: duration(decade))),
      rows: [
        after(1, wall: 0, ledger: decade - 0.01, isDoubtful: true),
        after(1, wall: 0, ledger: decade - 0.02, isDoubtful: true),
      ]
    ),
    Script(
      name: "agrees again once the wall clock has nearly reached the last commit",
      lastCommit: -400,
      opening: (0, 400, .openedAhead(by: duration(400))),
      rows: [
        after(1, wall: 0, ledger: 399.99, isDoubtful: true),
        after(9999, wall: 0, ledger: 300, says: .agrees),
      ]
    ),
    Script(
      name: "follows the wall clock when it is opened after a day, and reports that",
      lastCommit: day,
      opening: (0, 0, .openedBehind(by: duration(day), isStep: false)),
      rows: [after(1, wall: 0, ledger: 0)]
    ),
    Script(
      name: "follows a step ahead that happened while it was closed, and reports it as one",
      lastCommit: 60,
      mark: 0,
      opening: (day, day, .openedBehind(by: duration(day), isStep: true)),
      rows: [after(1, wall: day, ledger: day)]
    ),
    Script(
      name: "reports nothing when it is opened after a day by both clocks",
      lastCommit: day,
      mark: 0,
      rows: [after(1, wall: 0, ledger: 0)]
    ),
    Script(
      name: "knows how long it was closed though the wall clock was set back meanwhile",
      lastCommit: 22 * 3600,
      mark: 0,
      opening: (-20 * 3600, 0, .openedAhead(by: duration(20 * 3600))),
      rows: [after(1, wall: -20 * 3600, ledger: -0.01, isDoubtful: true)]
    ),
    Script(
      name: "is never before the last commit, whatever the mark says",
      lastCommit: 60,
      mark: -day,
      opening: (-61, -60, nil),
      rows: [after(1, wall: -61, ledger: -60.01)]
    ),
  ]

  @Test("keeps ledger time", arguments: scripts)
  func table(script: Script) {
    let last = LedgerTime(microseconds: Self.start - Self.microseconds(script.lastCommit))
    let mark = script.mark.map {
      ClockMark(hostStart: LedgerTime(microseconds: Self.start - Self.startUptime + Self.microseconds($0)))
    }
    var (clock, report) = LedgerClock.open(
      at: Self.reading(0, error: script.opening.wallError),
      last: last,
      mark: mark
    )
    #expect(clock.time.microseconds - Self.start == Self.microseconds(script.opening.ledger), "at the opening")
    #expect(report == script.opening.report)
    var time = 0.0
    for (index, row) in script.rows.enumerated() {
      time += row.passed
      report = clock.advance(to: Self.reading(time, error: row.wallError), last: last)
      let ledger = clock.time.microseconds - Self.start - Self.microseconds(time)
      #expect(ledger == Self.microseconds(row.ledger), "row \(index)")
      #expect(report == row.report && clock.isDoubtful == row.isDoubtful, "row \(index): \(clock.isDoubtful)")
    }
  }

  @Test("reports nothing about a new ledger")
  func newLedger() {
    let (clock, report) = LedgerClock.open(at: Self.reading(0, error: 0), last: Position.start.time, mark: nil)
    #expect(report == nil && !clock.isDoubtful && clock.time.microseconds == Self.start)
  }

  @Test("runs on from another's commit that is ahead")
  func anothersCommit() {
    var (clock, _) = LedgerClock.open(at: Self.reading(0, error: 0), last: Position.start.time, mark: nil)
    let last = LedgerTime(microseconds: Self.start + Self.microseconds(Self.day))
    _ = clock.advance(to: Self.reading(1, error: 0), last: last)
    #expect(clock.time >= last && clock.isDoubtful && clock.isAheadOfWallClock)
    let time = clock.time
    _ = clock.advance(to: Self.reading(2, error: 0), last: last)
    #expect(clock.time.microseconds(since: time) == 990_000)
  }

  @Test("never stands still or goes back, and is never slower than by a hundredth", arguments: UInt64(1)...20)
  func progress(seed: UInt64) {
    var dice = SplitMix64(seed: seed)
    var (clock, _) = LedgerClock.open(at: Self.reading(0, error: 0), last: Position.start.time, mark: nil)
    var uptime = Self.startUptime
    for _ in 0..<2000 {
      let passed = Int64.random(in: 2...[2, 100, 5_000_000, 2_000_000_000].randomElement(using: &dice)!, using: &dice)
      uptime += passed
      let wall = Int64.random(in: -4_000_000_000_000_000...4_000_000_000_000_000, using: &dice)
      let reading = ClockReading(
        wall: LedgerTime(microseconds: Bool.random(using: &dice) ? wall : Self.start + uptime),
        uptime: uptime
      )
      let before = clock.time
      _ = clock.advance(to: reading, last: before)
      let advanced = clock.time.microseconds(since: before)
      #expect(advanced > 0 && advanced >= passed - passed / 100 - 1)
    }
  }

  @Test("accepts extreme readings", arguments: [Int64.min, .max], [Int64.min, 0, .max])
  func extremes(wall: Int64, last: Int64) {
    let reading = ClockReading(wall: LedgerTime(microseconds: wall), uptime: 1)
    let last = LedgerTime(microseconds: last)
    var (clock, _) = LedgerClock.open(at: reading, last: last, mark: ClockMark(hostStart: last))
    for wall in [wall, Int64.max, .min] {
      _ = clock.advance(to: ClockReading(wall: LedgerTime(microseconds: wall), uptime: 2), last: last)
    }
    #expect(clock.time >= last)
  }

  @Test("counts no time when the uptime goes back")
  func uptimeBack() {
    var (clock, _) = LedgerClock.open(at: Self.reading(10, error: 0), last: Position.start.time, mark: nil)
    let time = clock.time
    _ = clock.advance(to: Self.reading(0, error: 10), last: time)
    #expect(clock.time == time)
  }
}

@Suite("The clock of a host")
struct HostClockTests {
  @Test("returns a mark for the first commit, and a new one when ledger time has moved against the uptime")
  func marks() throws {
    let host = Mutex((wall: Int64(1_000_000_000), uptime: Int64(1_000_000)))
    let clock = HostClock(
      mark: nil,
      read: {
        host.withLock { ClockReading(wall: LedgerTime(microseconds: $0.wall), uptime: $0.uptime) }
      },
      report: { _, _ in }
    )
    #expect(clock.markToSave() == nil)
    _ = clock.time(last: Position.start.time)
    #expect(clock.markToSave() == ClockMark(hostStart: LedgerTime(microseconds: 999_000_000)))
    #expect(clock.markToSave() == nil)
    host.withLock { $0 = ($0.wall + 60_000_000, $0.uptime + 60_000_000) }
    _ = clock.moment
    #expect(clock.markToSave() == nil)
    host.withLock { $0.wall += 60_000_000 }
    _ = clock.moment
    #expect(clock.markToSave() == ClockMark(hostStart: LedgerTime(microseconds: 1_059_000_000)))
  }

  @Test("reports what happens to the wall clock, and whether it is in doubt")
  func reports() {
    let wall = Mutex<Int64>(1_000_000_000)
    let reports = Mutex<[(ClockReport, Bool)]>([])
    let clock = HostClock(
      mark: nil,
      read: { ClockReading(wall: LedgerTime(microseconds: wall.withLock { $0 }), uptime: 1) },
      report: { report, isDoubtful in reports.withLock { $0.append((report, isDoubtful)) } }
    )
    _ = clock.time(last: Position.start.time)
    wall.withLock { $0 -= 3_600_000_000 }
    #expect(clock.moment.isAheadOfWallClock)
    wall.withLock { $0 += 3_600_000_000 }
    #expect(!clock.moment.isAheadOfWallClock)
    let said = reports.withLock { $0 }
    #expect(said.map(\.0) == [.stepped(by: .seconds(-3600)), .agrees])
    #expect(said.map(\.1) == [true, false])
  }
}
