import Testing

@testable import DynamicMessages

@Suite("The text of well-known types")
struct WellKnownTextTests {
  @Test(
    "times are RFC 3339 in UTC",
    arguments: [
      (0, 0, "1970-01-01T00:00:00Z"), (-1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
      (951_782_400, 0, "2000-02-29T00:00:00Z"), (-62_135_596_800, 0, "0001-01-01T00:00:00Z"),
      (253_402_300_799, 1000, "9999-12-31T23:59:59.000001Z"), (1_709_210_096, 120_000_000, "2024-02-29T12:34:56.120Z"),
      (4_107_542_400, 0, "2100-03-01T00:00:00Z"),
    ] as [(Int64, Int32, String)]
  )
  func timestamps(_ seconds: Int64, _ nanoseconds: Int32, _ text: String) throws {
    #expect(TimestampText.text(seconds: seconds, nanoseconds: nanoseconds) == text)
    let parsed = try #require(TimestampText.parse(text))
    #expect(parsed == (seconds, nanoseconds))
  }

  @Test(
    "what is not a time is refused",
    arguments: [
      "", "2030-01-31", "2030-01-31T12:00:00", "2030-01-31t12:00:00Z", "2030-1-31T12:00:00Z", "2030-13-01T00:00:00Z",
      "2030-02-29T00:00:00Z", "2030-01-31T24:00:00Z", "2030-01-31T12:60:00Z", "2030-01-31T12:00:60Z",
      "2030-01-31T12:00:00.Z", "2030-01-31T12:00:00.1234567890Z", "2030-01-31T12:00:00+25:00",
      "2030-01-31T12:00:00+0200",
      "0000-01-01T00:00:00Z", "0000-12-31T23:59:59-01:00", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
      "+030-01-31T12:00:00Z",
      "2030-01-31T12:00:00ZZ", "٢030-01-31T12:00:00Z",
    ]
  )
  func notTimestamps(_ text: String) {
    #expect(TimestampText.parse(text) == nil)
  }

  @Test("times that no Timestamp may hold have no text")
  func timestampRange() {
    #expect(TimestampText.text(seconds: -62_135_596_801, nanoseconds: 0) == nil)
    #expect(TimestampText.text(seconds: 253_402_300_800, nanoseconds: 0) == nil)
    #expect(TimestampText.text(seconds: 0, nanoseconds: -1) == nil)
    #expect(TimestampText.text(seconds: .max, nanoseconds: 1_000_000_000) == nil)
  }

  @Test(
    "durations are seconds",
    arguments: [
      (0, 0, "0s"), (1, 500_000_000, "1.500s"), (0, -1, "-0.000000001s"), (-1, -20_000, "-1.000020s"),
      (315_576_000_000, 0, "315576000000s"),
    ] as [(Int64, Int32, String)]
  )
  func durations(_ seconds: Int64, _ nanoseconds: Int32, _ text: String) throws {
    #expect(DurationText.text(seconds: seconds, nanoseconds: nanoseconds) == text)
    let parsed = try #require(DurationText.parse(text))
    #expect(parsed == (seconds, nanoseconds))
  }

  @Test(
    "what is not a duration is refused",
    arguments: ["", "s", "1", "1.s", ".5s", "1.5S", "+1s", "--1s", "315576000001s", "1 s"]
  )
  func notDurations(_ text: String) {
    #expect(DurationText.parse(text) == nil)
  }

  @Test("durations whose parts disagree in sign have no text")
  func durationSigns() {
    #expect(DurationText.text(seconds: 1, nanoseconds: -1) == nil)
    #expect(DurationText.text(seconds: 315_576_000_001, nanoseconds: 0) == nil)
  }
}
