/**
 * What other languages call the tokens and sides of a call, and the words that make figures something else.
 *
 * Words are divided by commas; `*` stands for any ending. German, French, Spanish, Portuguese, Italian, Dutch, Polish, Czech, Swedish,
 * Russian, Ukrainian, Turkish, Vietnamese, Indonesian, Greek, Hungarian, Finnish, Romanian, Arabic, Hebrew and Hindi; then Japanese,
 * Korean and Thai. Chinese stands in the tables of the readers themselves.
 */

export type Words = readonly (readonly [english: string, words: string])[];

/** Words between spaces. */
export const SPACED: Words = [
  [
    'tokens',
    'jeton, jetons, токен*, tokeny, tokeni, tokenów, tokenů, tokenem, tokenami, tokenar, tokenarna, tokenia, tokenien, tokenit, tokenul, tokenuri, tokenler, tokenleri, tokenlar, tokeneja, tokenek, tokeneket, żeton*, رموز, رمز, توكن*, टोकन, אסימונים, טוקנים'
  ],
  [
    'input tokens',
    'eingabe-token, eingabe-tokens, eingabetoken, eingabetokens, anfragetokens, invoertokens, invoer-tokens, inputtokens'
  ],
  [
    'output tokens',
    'ausgabe-token, ausgabe-tokens, ausgabetoken, ausgabetokens, antworttokens, uitvoertokens, uitvoer-tokens, outputtokens'
  ],
  ['total tokens', 'gesamt-tokens, gesamttokens, totaaltokens'],
  [
    'tokens used',
    'tokenverbrauch, token-verbrauch, tokenanzahl, token-anzahl, tokennutzung, token-nutzung, tokenverbruik, tokengebruik, tokenförbrukning, tokenanvändning'
  ],
  [
    'input',
    "masuk, envoyé, envoyés, enviado, enviados, gesendet, inviati, verzonden, wysłane, отправлено, gönderilen, đã gửi, terkirim, eingabe, eingaben, eingang, anfrage, anfragen, rein, hinein, frage, entrée, entrées, d'entrée, d’entrée, l'entrée, l’entrée, requête, requete, demande, d'invite, d’invite, entrada, entradas, petición, solicitud, pregunta, pergunta, requisição, pedido, ingresso, richiesta, domanda, invoer, verzoek, vraag, wejście, wejściow*, zapytani*, żądani*, vstup*, dotaz*, indata, inmatning, fråga, вход*, ввод*, запрос*, промпт*, вхід*, запит*, вх, giriş, girdi, istek, đầu vào, yêu cầu, câu hỏi, masukan, permintaan, είσοδος, εισόδου, bemenet*, kérés*, syöte, pyyntö, intrare, المدخلات, الإدخال, إدخال, مدخل, इनपुट, קלט"
  ],
  [
    'output',
    'keluar, reçu, reçus, recibido, recibidos, recebido, recebidos, empfangen, ricevuti, ontvangen, odebrane, otrzymane, получено, alınan, đã nhận, diterima, ausgabe, ausgaben, ausgang, antwort, antworten, raus, heraus, sortie, sorties, réponse, réponses, complétion, génération, salida, salidas, respuesta, respuestas, saída, saídas, resposta, uscita, risposta, uitvoer, antwoord, wyjście, wyjściow*, odpowied*, výstup*, odpověď*, utdata, utmatning, svar, вых, выход*, вывод*, ответ*, вихід*, відповід*, çıkış, çıktı, yanıt, đầu ra, phản hồi, câu trả lời, keluaran, jawaban, έξοδος, εξόδου, kimenet*, válasz*, tuloste, vastaus, ieșire, răspuns, المخرجات, الإخراج, إخراج, مخرج, आउटपुट, פלט'
  ],
  [
    'total',
    'gesamt, insgesamt, summe, zusammen, au total, en total, en tout, totale, totales, totali, totaux, totaal, samt, celkem, totalt, razem, łącznie, suma, soma, somme, всего, итого, общее, общий, общая, всього, разом, toplam, tổng, tổng cộng, jumlah, σύνολο, összesen, yhteensä, المجموع, الإجمالي, कुल, סה"כ'
  ],
  [
    'cached',
    'zwischengespeichert*, gecacht, im cache, aus dem cache, en cache, mis en cache, dans le cache, depuis le cache, du cache, en caché, de caché, do cache, em cache, in cache, dalla cache, uit de cache, z pamięci, из кэша, из кеша, кэш*, кеш*, önbellek*, caché'
  ],
  [
    'reasoning',
    'razonamiento, raciocínio, raisonnement, réflexion, ragionamento, denken, denkprozess, nachdenken, überlegung*, рассужден*, размышлен*, rozumowani*, akıl yürütme, suy luận, redenering'
  ],
  [
    'limit',
    'límite, límites, limites, limite, limiti, limity, limitů, limiet, grenze, grenzen, obergrenze, лимит*, предел*, ограничен*, ліміт*, sınır*, giới hạn, plafond, batas, الحد, सीमा'
  ],
  [
    'maximum',
    "maximal, maximale, maximaler, maximalen, maximales, maximo, máximo, máxima, máximos, máximas, massimo, massima, максим*, макс, maksym*, maksim*, azami, en fazla, tối đa, höchstens, jusqu’à, jusqu'à, hasta, bis zu, não mais, не более, al massimo, au maximum, au plus, الأقصى, अधिकतम"
  ],
  [
    'average',
    'durchschnitt*, mittelwert, im mittel, moyenne, moyennes, moyen, en moyenne, promedio, en promedio, média, em média, media por, media de, in media, средн*, в среднем, ortalama, trung bình, gemiddeld*, średni*, průměr*, rata-rata, genomsnitt*, متوسط, औसत'
  ],
  [
    'remaining',
    'restant*, verbleibend*, übrig, остал*, остаток, залишилось, kalan, còn lại, pozostał*, resterend*, rimanent*, sisa, disponible, disponibles, disponibili, disponibile, disponível, disponíveis, verfügbar*, доступн*, dostępn*, متبق*, शेष'
  ],
  [
    'cost',
    'kosten, coût, coûts, coste, costes, costo, costos, custo, custos, costi, koszt*, стоимость, maliyet, chi phí, biaya'
  ],
  [
    'price',
    'preis, preise, preisliste, prix, tarif, tarife, tarifs, precio, precios, preço, preços, prezzo, prezzi, цена, цены, стоимость за, fiyat*, giá, cena, ceny, cennik, prijs, prijzen'
  ],
  [
    'million',
    'mio, millionen, millones, millón, milhão, milhões, milione, milioni, milion*, миллион*, млн, triệu'
  ],
  [
    'estimated',
    'geschätzt*, schätzung*, estimación, estimativa, stima, voraussichtlich*, estimé, estimée, estimés, estimées, estimado, estimada, estimados, estimadas, stimato, stimati, stimate, оценка, оценочн*, примерно, приблизительно, ожида*, tahmin*, ước tính, szacowan*, geschat*, environ, aproximad*, etwa, ungefähr, circa, prévu, prévus, prévues, previsto, previstos, previsti'
  ],
  [
    'example',
    'beispiel*, zum beispiel, exemple, exemples, par exemple, ejemplo, ejemplos, por ejemplo, exemplo, exemplos, por exemplo, esempio, esempi, ad esempio, пример*, например, приклад*, örnek, örneğin, ví dụ, przykład*, na przykład, voorbeeld*, bijvoorbeeld, angenommen, supongamos, supposons, допустим, misalnya, contoh, مثال, उदाहरण'
  ],
  [
    'budget',
    'kontingent*, presupuesto, orçamento, бюджет*, bütçe*, ngân sách, квот*, kota, cuota, cuotas, cota, cotas, budżet*, rozpočet, begroting, guthaben, anggaran, الميزانية, बजट'
  ],
  [
    'training',
    'trainingsdaten, trainingsset, trainingssatz, trainingstokens, entrenamiento, entraînement, addestramento, treinamento, обучен*, обучающ*, eğitim, huấn luyện, pelatihan'
  ],
  [
    'dataset',
    'datensatz, datensätze, datensätzen, conjunto de datos, conjunto de dados, jeu de données, датасет*, набор данных, veri kümesi, корпус*'
  ],
  [
    'context window',
    'kontextfenster, kontextlänge, ventana de contexto, janela de contexto, fenêtre de contexte, finestra di contesto, контекстное окно, контекстного окна, bağlam penceresi'
  ],
  [
    'today',
    "heute, aujourd'hui, aujourd’hui, hoy, hoje, oggi, сегодня, сьогодні, bugün, hôm nay, hari ini, dziś, vandaag, diesen monat, dieser monat, diese woche, pro monat, pro tag, pro minute, pro stunde, pro anfrage, pro aufruf, ce mois, par mois, cette semaine, par jour, par minute, par heure, par requête, par appel, este mes, este mês, por mes, por mês, por día, por dia, por minuto, por hora, por llamada, por chamada, questo mese, al mese, al giorno, al minuto, per chiamata, в этом месяце, за месяц, за день, за неделю, за сутки, за год, в минуту, в день, в час, в месяц, на запрос, за запрос, bu ay, tháng này"
  ],
  [
    'used',
    'verbraucht*, verbrauch, benutzt, genutzt, nutzung, utilisé, utilisée, utilisés, utilisées, consommé, consommés, consommation, ont été, usado, usada, usados, usadas, se usaron, se usó, usó, usaron, usou, usaram, foram, uso, utilizado, utilizados, utilizadas, se utilizaron, se utilizó, utilizó, utilizou, consumido, consumidos, consumo, consumió, consumiu, se consumieron, gastó, gastou, usati, usato, sono stati, utilizzati, использован*, использовал*, потрачен*, израсходован*, використан*, kullanılan, kullanım, đã dùng, sử dụng, terpakai, penggunaan, użyte, użyto, zużyte, zużyto, zużycie, gebruikt*, verbruikt*, gebruik, verbruik, استخدام, उपयोग'
  ]
];

/** Words in a row, and those with endings joined to them. */
export const JOINED: Words = [
  // Before the words for an output, of which these are made.
  ['cache write', 'キャッシュ書き込み, 캐시 쓰기, 캐시 작성, 캐시쓰기, 캐시기록, 캐시 기록'],
  ['cache creation', 'キャッシュ作成, キャッシュ生成, 캐시 생성, 캐시생성'],
  ['tokens', 'トークン数, トークン量, トークン, 토큰 수, 토큰수, 토큰, โทเค็น'],
  [
    'input',
    '送信した, 전송, 入力側, 入力, プロンプト, 質問, 送信, 입력, 프롬프트, 질문, 요청, อินพุต'
  ],
  ['output', '出力側, 出力, 応答, 回答, 生成, 返答, 補完, 출력, 응답, 답변, 완성, 생성, เอาต์พุต'],
  ['total', '合計, 総計, 総数, 全体, 합계, 총계, 총합, 전체, รวม'],
  [
    'cached',
    '캐시 읽기, 캐시읽기, 캐시 적중, 캐시적중, キャッシュ済み, キャッシュヒット, キャッシュ読み取り, キャッシュ読み込み, キャッシュ読込, キャッシュ, 캐시됨, 캐시된, 캐시 히트, 캐시'
  ],
  ['reasoning', '推論, 思考, 추론, 사고, 생각'],
  ['limit', '上限, 制限, リミット, 한도, 제한'],
  ['maximum', '最大, 最多, 최대'],
  ['average', '平均, 평균'],
  ['remaining', '残り, 残量, 残高, 利用可能, 남은, 잔여, 사용 가능'],
  ['price', '価格, 単価, 가격, 단가'],
  ['million', '百万, 백만, 100万, 100만'],
  ['estimated', '推定, 見積もり, 見積, 予想, 予測, 예상, 추정'],
  ['example', '例えば, たとえば, 仮に, の例, 예를 들어, 예시'],
  ['budget', '予算, クォータ, 割り当て, 예산, 할당량, 쿼터'],
  ['training', '学習, 訓練, 학습, 훈련'],
  ['dataset', 'データセット, コーパス, 데이터셋, 말뭉치'],
  [
    'context window',
    'コンテキスト長, コンテキストウィンドウ, 컨텍스트 길이, 컨텍스트 창, 컨텍스트 윈도우'
  ],
  [
    'today',
    '今日, 本日, 今月, 先月, 毎分, 毎日, 毎月, 오늘, 이번 달, 지난달, 이번 주, 분당, 하루, 월간, 일일, 1リクエストあたり, 요청당'
  ],
  ['used', '使用量, 使用した, 使用済み, 使用, 消費量, 消費した, 消費, 사용량, 사용한, 사용됨, 사용']
];
