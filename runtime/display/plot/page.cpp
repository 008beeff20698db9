#include "runtime/display/plot/page.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/display/plot/terminal_frame.hpp"

namespace ricci::runtime::plot {
namespace {

constexpr double size = 13, title_size = 15, note_size = 11;
constexpr double line = 20;  // from one line of text to the next
constexpr double border = 14;
constexpr double tick = 5;
/// The rectangle of the marks; a matrix of moderate shape has square cells in it.
constexpr double wide = 600, high = 340;
constexpr double longest_matrix = 420, thinnest = 60;
constexpr double most_elongated = 6;
constexpr double bar_width = 16, bar_gap = 18;
constexpr std::size_t most_entries = 12;

double width_of(std::string_view text, double at_size) {
  return static_cast<double>(letters(text)) * letter_width * at_size;
}

std::string joined(const std::string& title, const std::string& unit) {
  return unit.empty() ? title : title.empty() ? unit : title + "  (" + unit + ")";
}

struct Entry {
  std::string label;
  std::size_t curve = 0;
  bool sign = true;
};

class Layout {
 public:
  Layout(const Picture& picture, std::int64_t most_cells) : picture_(picture), most_cells_(most_cells) {}

  Page page() {
    measure();
    draw_words();
    draw_axes();
    if (picture_.cells) draw_cells();
    for (const Bar& bar : picture_.bars) draw_bar(bar);
    for (std::size_t at = 0; at < picture_.curves.size(); ++at) draw_curve(picture_.curves[at], at);
    page_.title = picture_.title.empty() ? joined(picture_.y.title, {}) : picture_.title;
    return std::move(page_);
  }

 private:
  template <typename T>
  void add(T shape) {
    page_.shapes.emplace_back(std::in_place_type<T>, std::move(shape));
  }
  double across(double x) const { return left_ + picture_.x.scale.position(x) * width_; }
  double down(double y) const { return top_ + (1 - picture_.y.scale.position(y)) * height_; }

  Ticks upright(const Scale& scale) const {
    return ticks_for(scale, {.length = height_,
                             .low = -line,
                             .high = height_ + line,
                             .gap = size,
                             .extent = [](std::string_view) { return size; },
                             .most = 8});
  }

  void measure() {
    width_ = wide;
    height_ = high;
    if (picture_.cells) measure_matrix(*picture_.cells);
    up_ = upright(picture_.y.scale);
    double gutter = 0;
    for (const Tick& own : up_.at) gutter = std::max(gutter, width_of(own.label, size));
    left_ = std::floor(border + gutter + 2 * tick + 2);
    double right = border + size;
    if (picture_.cells) {
      bar_ = upright(picture_.cells->colours);
      double widest = width_of(bar_.unit, size);
      for (const Tick& own : bar_.at) widest = std::max(widest, bar_width + 2 * tick + width_of(own.label, size));
      right = bar_gap + widest + border;
    }
    page_.width = std::ceil(left_ + width_ + right);
    entries();
    top_ = border + (picture_.title.empty() ? 0 : line + 4) + legend_rows_ * line +
           (joined(picture_.y.title, up_.unit).empty() ? 0 : line) + 4;
    page_.height = std::ceil(top_ + height_ + tick + 2 * line + (picture_.notes.empty() ? 0 : line) + border);
  }

  void measure_matrix(const Cells& cells) {
    const auto rows = static_cast<double>(std::max<std::int64_t>(1, cells.all_rows));
    const auto columns = static_cast<double>(std::max<std::int64_t>(1, cells.all_columns));
    const double shape = std::clamp(rows / columns, 1 / most_elongated, most_elongated);
    width_ = std::max(thinnest, shape > 1 ? longest_matrix / shape : longest_matrix);
    height_ = std::max(thinnest, shape > 1 ? longest_matrix : longest_matrix * shape);
  }

  /// The legend's entries in rows as wide as the page.
  void entries() {
    const std::size_t count = picture_.curves.size();
    if (count < 2) return;
    const std::size_t shown = count > most_entries ? most_entries - 1 : count;
    for (std::size_t at = 0; at < shown; ++at) legend_.push_back({cut(picture_.curves[at].label, 40, true), at});
    if (shown < count) legend_.push_back({"and " + std::to_string(count - shown) + " more", 0, false});
    double x = left_;
    legend_rows_ = 1;
    for (const Entry& entry : legend_) {
      const double own = 30 + width_of(entry.label, size) + 16;
      if (x > left_ && x + own > page_.width) {
        x = left_;
        legend_rows_ += 1;
      }
      legend_places_.push_back({x, border + (picture_.title.empty() ? 0 : line + 4) + legend_rows_ * line - 6});
      x += own;
    }
  }

  void words(std::string text, Place at, double at_size, Anchor anchor) {
    add(Words{.text = std::move(text), .at = at, .size = at_size, .anchor = anchor, .ink = {}});
  }
  std::string fitted(const std::string& text, double room, double at_size) const {
    return cut(text, static_cast<std::size_t>(std::max(4.0, room / (letter_width * at_size))), true);
  }

  void draw_words() {
    const double middle = left_ + width_ / 2;
    const std::string title = fitted(picture_.title, 2 * std::min(middle, page_.width - middle), title_size);
    if (!title.empty()) words(title, {middle, border + line - 4}, title_size, Anchor::middle);
    for (std::size_t at = 0; at < legend_.size(); ++at) {
      const Place place = legend_places_[at];
      if (legend_[at].sign)
        add(Stroke{.places = {{place.x, place.y - 4}, {place.x + 22, place.y - 4}},
                   .ink = {Role::colour, curve_colour(legend_[at].curve)},
                   .width = 2,
                   .dash = dash(legend_[at].curve)});
      words(legend_[at].label, {place.x + (legend_[at].sign ? 28 : 0), place.y}, size, Anchor::start);
    }
    const std::string above = joined(picture_.y.title, up_.unit);
    if (!above.empty()) words(fitted(above, page_.width - left_, size), {left_, top_ - 10}, size, Anchor::start);
    std::string notes;
    for (const std::string& note : picture_.notes) notes += (notes.empty() ? "" : "; ") + note;
    if (!notes.empty())
      words(fitted(notes, page_.width - 2 * border, note_size), {border, page_.height - border}, note_size,
            Anchor::start);
  }

  void draw_axes() {
    const double bottom = top_ + height_;
    const Ticks along =
        ticks_for(picture_.x.scale, {.length = width_,
                                     .low = -left_ + 2,
                                     .high = page_.width - left_ - 2,
                                     .gap = 2 * size,
                                     .extent = [](std::string_view text) { return width_of(text, size); },
                                     .most = 10});
    const bool lines = !picture_.cells;
    const auto stroke = [&](Place from, Place to, Role role) {
      add(Stroke{.places = {from, to}, .ink = {role, {}}, .width = 1, .dash = 0});
    };
    for (const Tick& own : up_.at) {
      const double y = top_ + (1 - own.position) * height_;
      if (lines) stroke({left_, y}, {left_ + width_, y}, Role::grid);
      stroke({left_ - tick, y}, {left_, y}, Role::axis);
      words(own.label, {left_ - 2 * tick, y + size * 0.35}, size, Anchor::end);
    }
    for (const Tick& own : along.at) {
      const double x = left_ + own.position * width_;
      if (lines) stroke({x, top_}, {x, bottom}, Role::grid);
      stroke({x, bottom}, {x, bottom + tick}, Role::axis);
      words(own.label, {left_ + own.begin, bottom + tick + size + 1}, size, Anchor::start);
    }
    stroke({left_, top_}, {left_, bottom}, Role::axis);
    stroke({left_, bottom}, {left_ + width_, bottom}, Role::axis);
    const double middle = left_ + width_ / 2;
    const std::string title = joined(picture_.x.title, along.unit);
    words(fitted(title, 2 * std::min(middle, page_.width - middle), size), {middle, bottom + tick + size + line}, size,
          Anchor::middle);
  }

  static int dash(std::size_t curve) { return static_cast<int>(curve / curve_colours); }

  void draw_curve(const Curve& curve, std::size_t at) {
    const Ink ink{Role::colour, curve_colour(at)};
    Stroke stroke{.places = {}, .ink = ink, .width = 1.6, .dash = dash(at)};
    const auto close = [&] {
      if (stroke.places.size() == 1) stroke.width = 4;
      if (!stroke.places.empty()) add(stroke);
      stroke.places.clear();
      stroke.width = 1.6;
    };
    for (const Point& point : curve.points) {
      if (std::isnan(point.y))
        close();
      else
        stroke.places.push_back({across(point.x), down(point.y)});
    }
    close();
    for (const Point& point : curve.infinite) {
      const double x = across(point.x);
      const double edge = point.y > 0 ? top_ : top_ + height_;
      const double into = point.y > 0 ? 9 : -9;
      add(Area{.places = {{x, edge}, {x - 5, edge + into}, {x + 5, edge + into}}, .ink = ink});
    }
  }

  void draw_bar(const Bar& bar) {
    const double from = across(bar.from);
    const double to = across(bar.to);
    if (bar.height == 0) return;
    const double gap = to - from > 4 ? 1 : 0;
    const double y = std::min(down(bar.height), top_ + height_ - 1);  // a single element is seen
    add(Box{.corner = {from, y},
            .width = std::max(to - from - gap, 0.5),
            .height = top_ + height_ - y,
            .ink = {Role::colour, curve_colour(0)}});
  }

  void draw_cells() {
    const Cells cells = coarser(*picture_.cells, most_cells_, most_cells_);
    Mosaic mosaic{{left_, top_}, width_, height_, cells.rows, cells.columns, {}};
    for (const double x : cells.values)
      mosaic.colours.push_back(std::isnan(x) ? std::nullopt : std::optional(heat_colour(cells.colours.position(x))));
    if (!mosaic.colours.empty()) add(std::move(mosaic));
    constexpr std::int64_t steps = 128;
    const double x = left_ + width_ + bar_gap;
    Mosaic bar{{x, top_}, bar_width, height_, steps, 1, {}};
    for (std::int64_t at = 0; at < steps; ++at)
      bar.colours.push_back(heat_colour(1 - (static_cast<double>(at) + 0.5) / static_cast<double>(steps)));
    add(std::move(bar));
    for (const Tick& own : bar_.at) {
      const double y = top_ + (1 - own.position) * height_;
      add(Stroke{
          .places = {{x + bar_width, y}, {x + bar_width + tick, y}}, .ink = {Role::axis, {}}, .width = 1, .dash = 0});
      words(own.label, {x + bar_width + 2 * tick, y + size * 0.35}, size, Anchor::start);
    }
    if (!bar_.unit.empty()) words(bar_.unit, {x, top_ + height_ + tick + size + 1}, size, Anchor::start);
  }

  const Picture& picture_;
  std::int64_t most_cells_;
  Page page_;
  Ticks up_, bar_;
  std::vector<Entry> legend_;
  std::vector<Place> legend_places_;
  double legend_rows_ = 0;
  double left_ = 0, top_ = 0, width_ = 0, height_ = 0;
};

}  // namespace

Page page_of(const Picture& picture, std::int64_t most_cells) { return Layout(picture, most_cells).page(); }

}  // namespace ricci::runtime::plot
