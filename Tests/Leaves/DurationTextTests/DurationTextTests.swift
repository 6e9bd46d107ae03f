import DurationText
import Testing

@Suite("The text of a duration")
struct DurationTextTests {
  @Test(
    "has a unit, or is seconds",
    arguments: [
      ("250ms", Duration.milliseconds(250)), ("5s", .seconds(5)), ("2m", .seconds(120)), ("1h", .seconds(3600)),
      ("7", .seconds(7)), ("0.5", .milliseconds(500)), ("1.5m", .seconds(90)), ("2400h", .seconds(8_640_000)),
    ]
  )
  func valid(text: String, duration: Duration) {
    #expect(Duration(text: text) == duration)
  }

  @Test(
    "is refused when it means nothing, no time at all, or more than a hundred days",
    arguments: ["", "s", "soon", "0", "0s", "-1s", "1d", "2401h", "inf", "nan", "1e300", "5 s"]
  )
  func invalid(text: String) {
    #expect(Duration(text: text) == nil)
  }
}
