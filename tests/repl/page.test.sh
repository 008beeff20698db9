# The page of --explain=html in a real browser: it needs nothing from outside, shows one pass at a time, and every button
# leads to its pass. Skipped where no browser is installed.
source "$(dirname "$0")/case.sh"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)

cat >program.ricci <<'END'
X = uniform(0, 1, shape=[30, 6]); Y = uniform(0, 1, shape=[40, 6])
K[i,j] = 1 * exp(-0.5 * sum[k] (X[i,k]-Y[j,k])^2)
a[j] = K[i,j] * (X[i,0] < 0.5 && true)
a
END
run 0 --explain=html --profile program.ricci
printf '%s\n' "$out" >page.html
shows 'K[i,j] = 1*exp(-0.5*sum[k] (X[i,k] - Y[j,k])^2)'
shows '(X[i,0] &lt; 0.5 &amp;&amp; true)'
shows '<th>at least, ms</th><th>held</th><th>measured, ms</th>'
[[ $out != *http* && $out != *' src='* && $out != *'<link'* ]] || complain "the page refers to something outside"
run 0 -O0 --explain=html program.ricci
shows 'None: each value is computed by its definition.'
[[ $out != *'measured, ms'* ]] || complain "times of a plan that was not run"

if [[ -z $browser ]]; then
  ((failures == 0)) || exit 1
  echo 'skipped: no chromium is installed, so that the page was not looked at in a browser'
  exit 77
fi

# What the page is after every button was pressed, and after the arrows: the names of what is seen stand in the title.
cat page.html - >clicked.html <<'END'
<script>
const seen = () => panels.filter(p => p.offsetHeight > 0).map(p => p.querySelector('b').textContent).join('+');
const trail = [seen()];
for (const tab of tabs) { tab.click(); trail.push(seen() === tab.textContent ? location.hash : 'WRONG ' + seen()); }
for (const key of ['ArrowRight', 'ArrowLeft']) { dispatchEvent(new KeyboardEvent('keydown', {key})); trail.push(seen()); }
document.title = trail.join(' ') + ' marked ' + document.querySelectorAll('.lines .gone, .lines .fresh').length;
</script>
END
dom=$(timeout 120 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --dump-dom \
  "file://$work/clicked.html#pass=1" 2>browser.err) || complain "the browser failed: $(tail -n 5 browser.err)"
title=${dom#*<title>}
title=${title%%</title>*}
# It opens at the pass of its address; the last arrow goes back one from the last pass.
count=$(grep -o '<section class="pass">' page.html | wc -l)
wanted='fold'
for ((at = 0; at < count; ++at)); do wanted+=" #pass=$at"; done
[[ $title == "$wanted "* && $title != *WRONG* ]] || complain "clicking through the passes went: $title"
[[ ${title##* marked } -gt 0 ]] || complain "nothing is marked as changed: $title"
finish
