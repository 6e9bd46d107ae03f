package import Ledger
package import PaymentProcessing

extension StripeProcessor {
  /// Lists Stripe's events, which it keeps for 30 days and lists newest first (https://docs.stripe.com/api/events/list).
  ///
  /// Listing goes in rounds. A round begins at a time and follows the list from event to event until its end; the next one
  /// begins some minutes before this one began, because Stripe may list an event later than one that happened after it.
  /// All times are Stripe's, so that the host's clock does not matter.
  package func listEvents(
    after cursor: String?,
    limit: Int
  ) async throws(ProcessorFailure) -> ProcessorEventPage {
    var cursor = try cursor.map { text throws(ProcessorFailure) in try EventCursor(text) } ?? EventCursor(start: 0)
    let call = call(within: timing.effect)
    if let last = cursor.lastEventID {
      if let page = try await events([("ending_before", last)], limit: limit, call) {
        return self.page(page.events, cursor, cursor.round, hasMore: page.hasMore)
      }
      // Stripe no longer keeps the event.
      cursor.lastEventID = nil
    }
    let oldest = try await oldestEvents(since: cursor.start, call)
    let hasMore = oldest.hasMore || oldest.events.count > limit
    return page(Array(oldest.events.prefix(limit)), cursor, cursor.round ?? oldest.time, hasMore: hasMore)
  }

  private func page(
    _ events: [StripeEvent],
    _ cursor: EventCursor,
    _ round: Int64?,
    hasMore: Bool
  ) -> ProcessorEventPage {
    var next = cursor
    if hasMore, let last = events.last, let round {
      (next.start, next.round, next.lastEventID) = (max(cursor.start, last.created ?? 0), round, last.id)
    } else {
      next = EventCursor(start: max(cursor.start, (round ?? 0) - EventCursor.overlap))
    }
    events.forEach(learn)
    return ProcessorEventPage(
      events: events.map { $0.processorEvent(returnPage) },
      cursor: next.text,
      hasMore: hasMore
    )
  }

  /// The most that Stripe lists at once.
  private static let pageSize = 100

  /// How long Stripe keeps events, and a day, in seconds.
  private static let retention: Int64 = 31 * 86_400

  /// Some events in succession, oldest first.
  private struct Listed {
    var events: [StripeEvent]
    /// Whether there are events after these.
    var hasMore: Bool
    /// Stripe's time, in seconds since 1970.
    var time: Int64
  }

  /// Returns the oldest events since a time.
  ///
  /// Since Stripe lists the newest first, this looks for a span of time from there with no more events than fit a page.
  private func oldestEvents(since start: Int64, _ call: StripeCall) async throws(ProcessorFailure) -> Listed {
    var (start, end): (Int64, Int64?) = (start, nil)
    while true {
      var filter = [("created[gte]", String(start))]
      if let end { filter.append(("created[lt]", String(end))) }
      guard var page = try await events(filter, limit: Self.pageSize, call) else {
        throw .outcomeUnknown("Stripe refuses to list events")
      }
      guard page.hasMore, let oldest = page.events.first?.created, let newest = page.events.last?.created else {
        if page.events.isEmpty, let passed = end {
          // Nothing before this time. There is something after it, or the span would not have been cut.
          (start, end) = (passed, nil)
          continue
        }
        page.hasMore = end != nil
        return page
      }
      start = max(start, newest - Self.retention)
      let middle = start + (oldest - start) / 2
      if middle > start {
        end = middle
      } else if end != oldest + 1 {
        end = oldest + 1
      } else {
        return try await allEvents(page, filter, call)
      }
    }
  }

  /// Follows a list to its end, for the events of one or two seconds.
  private func allEvents(
    _ newest: Listed,
    _ filter: [(String, String)],
    _ call: StripeCall
  ) async throws(ProcessorFailure) -> Listed {
    var all = newest
    var isWhole = false
    while !isWhole, let last = all.events.first {
      let older = try await events(filter + [("starting_after", last.id)], limit: Self.pageSize, call)
      all.events = (older?.events ?? []) + all.events
      isWhole = older?.hasMore != true
    }
    all.hasMore = true
    return all
  }

  /// Returns nil if Stripe does not know an event that the filter names. `hasMore` is then whether there are more events in
  /// the direction of the filter.
  private func events(
    _ filter: [(String, String)],
    limit: Int,
    _ call: StripeCall
  ) async throws(ProcessorFailure) -> Listed? {
    let types = StripeEvent.listedTypes.enumerated().map { ("types[\($0.offset)]", $0.element) }
    let limit = min(max(limit, 1), Self.pageSize)
    let answer = try await call.send(.get("events", [("limit", String(limit))] + filter + types))
    guard answer.isSuccess else {
      if case .missing = answer.refusal { return nil }
      throw answer.failure(missing: .outcomeUnknown("Stripe refuses to list events"))
    }
    let list: StripeList<StripeEvent> = try answer.object()
    guard list.data.allSatisfy(\.isSound) else { throw .outcomeUnknown("Stripe's answer cannot be read") }
    for event in list.data { try checkMode(event.livemode) }
    return Listed(events: list.data.reversed(), hasMore: list.hasMore == true, time: answer.time ?? 0)
  }
}

/// A place in Stripe's events, as text `v1:START` between rounds, and `v1:START:ROUND:EVENT` within one.
struct EventCursor: Hashable {
  /// How far rounds overlap, in seconds.
  static let overlap: Int64 = 600
  private static let version = "v1"

  /// Seconds since 1970. Nothing older is listed.
  var start: Int64
  /// When the round began, in seconds since 1970; nil between rounds.
  var round: Int64?
  /// The last event that was listed in this round.
  var lastEventID: String?

  init(start: Int64) { self.start = start }

  init(_ text: String) throws(ProcessorFailure) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let foreign = ProcessorFailure.rejected("the cursor is none of this processor's")
    guard parts.count == 2 || parts.count == 4, parts[0] == Self.version, let start = Int64(parts[1]), start >= 0 else {
      throw foreign
    }
    self.start = start
    guard parts.count == 4 else { return }
    guard let round = Int64(parts[2]), round >= 0, StripeToken.isName(String(parts[3])) else { throw foreign }
    (self.round, lastEventID) = (round, String(parts[3]))
  }

  var text: String {
    let start = "\(Self.version):\(start)"
    guard let round, let lastEventID else { return start }
    return "\(start):\(round):\(lastEventID)"
  }
}
